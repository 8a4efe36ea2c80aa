import type { KinesisRecord } from '../../../packages/tsmld/src/records/record.ts'
import type {
  Checkpointer,
  ProcessorFactory,
  RecordProcessor,
  Shard,
} from '../../../packages/tsmld/src/session/record-processor.ts'
import type { VirtualClock } from '../../../packages/tsmld/src/testing/virtual-clock.ts'
import { claim } from '../../target.ts'
import { textOfRecord } from '../decoded.ts'
import type { Expectation } from './expectation.ts'
import type { Tape } from './tape.ts'

const slowMs = 300

/** User code that does what a tape says, well or badly, and tells what it is given. */
export class SessionProcessor {
  readonly #tape: Tape
  readonly #clock: VirtualClock
  readonly #expected: Expectation
  /** Records that it keeps, and what they were. */
  readonly #kept: { readonly record: KinesisRecord; readonly text: string }[] = []
  /** Checkpoints that have not settled. */
  pending = 0

  constructor(tape: Tape, clock: VirtualClock, expected: Expectation) {
    this.#tape = tape
    this.#clock = clock
    this.#expected = expected
  }

  readonly factory: ProcessorFactory<KinesisRecord> = async shard => {
    this.#expected.called('initialize')
    const choice = this.#tape.next()
    return this.#settling(async () => {
      if (choice === 1) throw new Error('the factory fails')
      if (choice === 2) await this.#pass(slowMs)
      if (choice === 3) {
        this.#expected.settled(true)
        return null as unknown as RecordProcessor<KinesisRecord>
      }
      if (choice === 5) await aborted(shard)
      return this.#processor(shard, choice === 4)
    })
  }

  /** Claims that what was kept is what it was. @throws Finding */
  claimKept(): void {
    for (const { record, text } of this.#kept)
      claim(textOfRecord(record) === text, 'a record that was kept changed after its batch')
  }

  #processor(shard: Shard, emptyBatches: boolean): RecordProcessor<KinesisRecord> {
    return {
      emptyBatches,
      processRecords: ({ records }, checkpointer) => {
        const message = this.#expected.called('processRecords')
        const texts = records.map(textOfRecord)
        this.#expected.claim(
          message.kind === 'processRecords' && message.records.map(textOfRecord).join() === texts.join(),
          () => 'other records than those that came',
        )
        this.#kept.push(...records.map((record, index) => ({ record, text: texts[index] as string })))
        return this.#act(shard, checkpointer, records)
      },
      shardEnded: checkpointer => this.#act(shard, checkpointer, [], this.#expected.called('shardEnded').kind),
      shutdownRequested: checkpointer => {
        this.#expected.called('shutdownRequested')
        return this.#act(shard, checkpointer, [])
      },
      leaseLost: () => {
        this.#expected.called('leaseLost')
        return this.#act(shard, null, [])
      },
    }
  }

  #act(shard: Shard, checkpointer: Checkpointer | null, records: readonly KinesisRecord[], action = ''): Promise<void> {
    const choice = this.#tape.next()
    const save = async (record?: KinesisRecord): Promise<void> => {
      if (checkpointer !== null) await this.#checkpoint(checkpointer, record ?? records.at(-1), action === 'shardEnded')
    }
    return this.#settling(async () => {
      switch (choice) {
        case 1:
          return
        case 2:
          throw new Error('the handler fails')
        case 3:
          return this.#pass(slowMs)
        case 4:
          void save(records[0]).catch(() => undefined)
          return
        case 5:
          await checkpointer
            ?.checkpoint({ sequenceNumber: '9'.repeat(80), subSequenceNumber: 0 })
            .catch(() => undefined)
          return
        case 6:
          return aborted(shard)
        case 7:
          await aborted(shard)
          throw shard.signal.reason
        case 8:
          await Promise.allSettled([save(records[0]), save(), save(records[0])])
          return
        case 9:
          this.#clock.setTimeout(() => void save().catch(() => undefined), slowMs)
          return
        case 10:
          throw 'no error at all' as unknown
        case 11:
          return new Promise<never>(() => {})
        default:
          return save()
      }
    })
  }

  /** Asks at the record, or for what is the latest then. */
  async #checkpoint(checkpointer: Checkpointer, record: KinesisRecord | undefined, atEnd: boolean): Promise<void> {
    if (record === undefined && atEnd) this.#expected.requested(null)
    if (record !== undefined) this.#expected.requested(record)
    this.pending++
    try {
      await (record === undefined && !atEnd ? Promise.resolve() : checkpointer.checkpoint(record))
    } finally {
      this.pending--
    }
  }

  async #settling<T>(code: () => Promise<T>): Promise<T> {
    try {
      const result = await code()
      this.#expected.settled(false)
      return result
    } catch (error) {
      this.#expected.settled(true)
      throw error
    }
  }

  #pass(ms: number): Promise<void> {
    return new Promise(resolve => this.#clock.setTimeout(resolve, ms))
  }
}

function aborted({ signal }: Shard): Promise<void> {
  return new Promise(resolve => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
}
