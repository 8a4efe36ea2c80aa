import { asError } from '../errors.ts'
import type { Logger } from '../observability/logger.ts'
import type { Position } from '../records/record.ts'
import type { Clock } from '../session/clock.ts'
import type { BlockedRecord } from '../session/held-records.ts'

/** What fails where a record blocks. */
export type Blocker = 'handler' | 'deadLetterSink' | 'flusher'

interface Blocking {
  readonly error: unknown
  readonly attempts: number
  readonly by: Blocker
}

const whatBlocks: Readonly<Record<Blocker, string>> = {
  handler: 'a record fails and blocks the shard',
  deadLetterSink: 'the dead-letter sink fails, and the record that it should take blocks the shard',
  flusher: 'the flusher fails and blocks the shard, from its oldest record on',
}
/** What can be done about it. */
const wayOut: Readonly<Record<Blocker, string>> = {
  handler:
    " (mend the handler or the schema and start again, or let the shard go on without such records: onPoison: deadLetter(sink), or 'skip', which loses them)",
  deadLetterSink: ' (once the sink takes it, the shard goes on by itself)',
  flusher: ' (once the flusher succeeds, the shard goes on by itself)',
}
const firstRepeatMs = 10_000
const greatestRepeatMs = 600_000
const mostReported = 10

/** Says as an error, at first and then with growing delays, that a shard stands still; one line for all of its records, since a sink that is down blocks many. */
export class BlockedRecords<R extends Position> {
  readonly #logger: Logger
  readonly #clock: Clock
  readonly #records = new Map<R, Blocking & { readonly since: number }>()
  #timer: object | undefined
  #isSilent = false

  constructor(logger: Logger, clock: Clock) {
    this.#logger = logger
    this.#clock = clock
  }

  get size(): number {
    return this.#records.size
  }

  has(record: R): boolean {
    return this.#records.has(record)
  }

  /** The oldest ones. */
  report(): BlockedRecord[] {
    return [...this.#records]
      .slice(0, mostReported)
      .map(([{ sequenceNumber, subSequenceNumber }, { since, attempts, error }]) => ({
        sequenceNumber,
        subSequenceNumber,
        since,
        attempts,
        error: asError(error).message,
      }))
  }

  /** Whether it did not block before. */
  put(record: R, blocking: Blocking): boolean {
    const before = this.#records.get(record)
    this.#records.set(record, { ...blocking, since: before?.since ?? this.#clock.now() })
    if (this.#records.size === 1 && before === undefined) this.#say(firstRepeatMs)
    return before === undefined
  }

  /** Whether it blocked. */
  delete(record: R): boolean {
    if (!this.#records.delete(record)) return false
    if (this.#records.size === 0) {
      this.#clock.clearTimeout(this.#timer)
      this.#logger.info({}, 'no record blocks the shard any more')
    }
    return true
  }

  /** Nothing more is said of what blocks: the shard is being left. */
  silence(): void {
    this.#isSilent = true
    this.#clock.clearTimeout(this.#timer)
  }

  #say(repeatMs: number): void {
    const [oldest] = this.#records
    if (oldest === undefined || this.#isSilent) return
    const [{ sequenceNumber, subSequenceNumber }, { error, attempts, by, since }] = oldest
    const blockedRecords = this.#records.size
    this.#logger.error(
      {
        err: error,
        sequenceNumber,
        subSequenceNumber,
        attempts,
        blockedRecords,
        blockedForMs: this.#clock.now() - since,
      },
      `${whatBlocks[by]}: nothing after it is checkpointed, and it is tried until it succeeds: ${asError(error).message}${wayOut[by]}`,
    )
    this.#timer = this.#clock.setTimeout(() => {
      this.#say(Math.min(2 * repeatMs, greatestRepeatMs))
    }, repeatMs)
  }
}
