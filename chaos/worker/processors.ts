import { setTimeout as delay } from 'node:timers/promises'
import { eachBatch, eachRecord, type ProcessorFactory, type RecordProcessor, type Shard } from 'tsmld'
import type { Delivery, Identity, Place } from '../../test/real/support/oracle.ts'
import type { Handling } from '../plan/plan.ts'
import type { Mood } from './lines.ts'

/** What the processors of a worker work with. */
export interface Bench<R> {
  readonly write: (records: readonly Delivery[]) => Promise<void>
  readonly note: (type: 'begun' | 'checkpointed', session: string, shard: Shard, at: Place) => void
  readonly identify: (record: R) => Identity
  /** How handlers behave now. */
  readonly mood: () => Mood
  /** Told of each call that behaved as the mood has it, and not well. */
  readonly misbehaved: () => void
}

const retry = { backoff: { baseMs: 50, maxMs: 1_000 } }
let sessions = 0

/** Makes processors that write every record to the sink, in one of the ways in which users do. */
export function writingProcessor<R extends Place>(handling: Handling, bench: Bench<R>): ProcessorFactory<R> {
  return shard => {
    const session = `${process.pid}-${++sessions}`
    const { applicationName: application, shardId, startingPosition } = shard
    bench.note('begun', session, shard, startingPosition)
    const handle = async (records: readonly R[]): Promise<void> => {
      await misbehave(bench.mood(), bench.misbehaved)
      await bench.write(
        records.map(record => {
          const { sequenceNumber, subSequenceNumber } = record
          return { application, session, shardId, sequenceNumber, subSequenceNumber, ...bench.identify(record) }
        }),
      )
    }
    switch (handling) {
      case 'bare':
        return bareProcessor(handle, shard, at => bench.note('checkpointed', session, shard, at))
      case 'eachRecord':
        return eachRecord<R>(record => handle([record]), { concurrency: 8, key: keyBy(bench), retry })(shard)
      case 'eachBatch':
        return eachBatch<R>(records => handle(records), { maxRecords: 50, maxWaitMs: 200, retry })(shard)
    }
  }
}

const keyBy =
  <R>({ identify }: Bench<R>) =>
  (record: R): string =>
    identify(record).key

/** A processor that checkpoints every batch, and waits by itself for a sink that is down. */
function bareProcessor<R extends Place>(
  handle: (records: readonly R[]) => Promise<void>,
  { signal }: Shard,
  checkpointed: (at: Place) => void,
): RecordProcessor<R> {
  return {
    async processRecords({ records }, checkpointer) {
      const last = records.at(-1)
      if (last === undefined) return
      for (;;) {
        try {
          await handle(records)
          break
        } catch (error) {
          if (signal.aborted || !/sink/.test((error as Error).message)) throw error
          await delay(100)
        }
      }
      await checkpointer.checkpoint(last)
      checkpointed(last)
    },
  }
}

async function misbehave(mood: Mood, misbehaved: () => void): Promise<void> {
  if (mood.kind === 'well' || (mood.kind === 'failing' && Math.random() * 100 >= mood.share)) return
  misbehaved()
  if (mood.kind === 'failing') throw new Error('the handler fails, as it was told')
  await delay(mood.ms)
}
