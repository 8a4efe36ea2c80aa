import type { DynamodbRecord, KinesisRecord, ProcessorFactory } from 'tsmld'
import type { Identity, Place, SinkLine } from './oracle.ts'

/** What a sink does beside noting: JSON, so that it can be handed to a worker. */
export interface SinkBehaviour {
  /** The handler throws once, before it notes this record. */
  readonly failAt?: Identity
  /** From that record on, the handlers of its shard take this long and heed no signal. */
  readonly hang?: Identity & { readonly ms: number }
  /** Every batch takes this long. */
  readonly batchMs?: number
}

/** The items of the tests' tables. */
export interface Item {
  readonly id: string
  readonly n: number
}

/** A record's data that carries its identity. */
export const recordOf = ({ key, n }: Identity): { key: string; data: string } => ({
  key,
  data: JSON.stringify({ key, n }),
})

/** Notes Kinesis records that carry their identity as {@link recordOf} writes it. */
export function kinesisSink(
  note: (line: SinkLine) => void,
  behaviour: SinkBehaviour = {},
): ProcessorFactory<KinesisRecord> {
  return sink(note, behaviour, record => {
    const { key, n } = JSON.parse(record.data.toString()) as Identity
    return { key, n }
  })
}

/** Notes the changes of items `{ id, n }`; a removal counts as the change after the item's last `n`. */
export function itemSink(
  note: (line: SinkLine) => void,
  behaviour: SinkBehaviour = {},
): ProcessorFactory<DynamodbRecord<Item, 'NEW_AND_OLD_IMAGES'>> {
  return sink(note, behaviour, record =>
    record.eventName === 'REMOVE'
      ? { key: record.oldImage.id, n: record.oldImage.n + 1 }
      : { key: record.newImage.id, n: record.newImage.n },
  )
}

let sessions = 0

function sink<R extends Place>(
  note: (line: SinkLine) => void,
  behaviour: SinkBehaviour,
  identify: (record: R) => Identity,
): ProcessorFactory<R> {
  const is = (record: Identity, which: Identity | undefined) => record.key === which?.key && record.n === which.n
  const hanging = new Set<string>()
  let failed = false
  return ({ applicationName, shardId, startingPosition }) => {
    const common = { application: applicationName, shardId, session: `${process.pid}-${++sessions}` }
    note({ ...common, type: 'begun', ...startingPosition })
    return {
      async processRecords({ records }, checkpointer) {
        for (const record of records) {
          const identity = identify(record)
          if (!failed && is(identity, behaviour.failAt)) {
            failed = true
            throw new Error(`the handler fails at ${identity.key}#${identity.n}`)
          }
          if (is(identity, behaviour.hang)) hanging.add(shardId)
          const { sequenceNumber, subSequenceNumber } = record
          note({ ...common, type: 'delivered', sequenceNumber, subSequenceNumber, ...identity })
        }
        const ms = hanging.has(shardId) ? behaviour.hang?.ms : behaviour.batchMs
        if (ms !== undefined) await new Promise(resolve => setTimeout(resolve, ms))
        const last = records.at(-1)
        if (last === undefined) return
        await checkpointer.checkpoint(last)
        const { sequenceNumber, subSequenceNumber } = last
        note({ ...common, type: 'checkpointed', sequenceNumber, subSequenceNumber })
      },
      shardEnded: () => note({ ...common, type: 'over', how: 'shardEnded' }),
      leaseLost: () => note({ ...common, type: 'over', how: 'leaseLost' }),
      shutdownRequested: () => note({ ...common, type: 'over', how: 'shutdownRequested' }),
    }
  }
}
