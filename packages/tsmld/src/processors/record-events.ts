import { asError } from '../errors.ts'
import type { Position } from '../records/record.ts'
import { clockOf } from '../session/clock.ts'
import type { HeldRecords } from '../session/held-records.ts'
import type { Shard } from '../session/record-processor.ts'
import { BlockedRecords, type Blocker } from './blocked-records.ts'
import { RunningCalls } from './running-calls.ts'
import { tellListener } from './tell-listener.ts'

/** What happened to a record that failed, for metrics; `attempts` counts how often it was tried so far. */
export type RecordEvent<R> = { readonly record: R; readonly attempts: number } & (
  | { readonly kind: 'recordFailed'; readonly error: unknown; readonly retryMs: number }
  /** A handler passed its `timeoutMs`; its signal is aborted, and it still runs. */
  | { readonly kind: 'recordTimedOut'; readonly timeoutMs: number }
  /** It has begun to block; told once, not for each further attempt. */
  | { readonly kind: 'recordBlocked'; readonly error: unknown; readonly by: Blocker }
  /** What blocked is done. */
  | { readonly kind: 'recordUnblocked' }
  | { readonly kind: 'recordSkipped'; readonly error: unknown }
  | { readonly kind: 'recordDeadLettered'; readonly error: unknown }
)

/** Is told of each event of a shard. What it throws, or rejects with, is logged and changes nothing. */
export type OnRecordEvent<R> = (event: RecordEvent<R>, shard: Shard) => void

/** Everything that is said about one shard's failing records passes here: to the log, and to whoever listens. */
export class RecordEvents<R extends Position> {
  /** The calls of the handler and of the dead-letter sink. */
  readonly calls: RunningCalls<R>
  readonly #shard: Shard
  readonly #listener: OnRecordEvent<R> | undefined
  readonly #blocked: BlockedRecords<R>
  #skipped = 0
  #deadLettered = 0

  constructor(shard: Shard, listener: OnRecordEvent<R> | undefined) {
    this.#shard = shard
    this.#listener = listener
    const clock = clockOf(shard)
    this.calls = new RunningCalls(clock)
    this.#blocked = new BlockedRecords(shard.logger, clock)
  }

  /** How many records block the shard. */
  get blocked(): number {
    return this.#blocked.size
  }

  /** What blocks is told as that, and not as a call that takes long as well. */
  held(): HeldRecords {
    return {
      longestCall: this.calls.longest(record => this.#blocked.has(record)),
      blockedRecords: this.#blocked.size,
      blocked: this.#blocked.report(),
    }
  }

  tell(event: RecordEvent<R>): void {
    this.#log(event)
    const listener = this.#listener
    if (listener !== undefined) tellListener('onEvent', this.#shard.logger, () => listener(event, this.#shard))
  }

  /** It failed once more: begins to block, or goes on to. */
  blocks(record: R, error: unknown, attempts: number, by: Blocker): void {
    if (this.#blocked.put(record, { error, attempts, by }))
      this.tell({ kind: 'recordBlocked', record, error, attempts, by })
  }

  /** It is done, whether it blocked or not. */
  done(record: R, attempts: number): void {
    if (this.#blocked.delete(record)) this.tell({ kind: 'recordUnblocked', record, attempts })
  }

  /** The shard is left: nothing more is said about what blocks it. */
  stop(): void {
    this.#blocked.silence()
  }

  #log(event: RecordEvent<R>): void {
    const { logger } = this.#shard
    const { record, attempts } = event
    const { sequenceNumber, subSequenceNumber } = record
    const fields = { sequenceNumber, subSequenceNumber, attempts }
    switch (event.kind) {
      case 'recordFailed':
        logger.debug(
          { ...fields, error: asError(event.error).message, retryMs: event.retryMs },
          'a record failed and is tried again',
        )
        return
      case 'recordTimedOut':
        logger.warn(
          { ...fields, timeoutMs: event.timeoutMs },
          'a handler passed its timeoutMs: its signal is aborted, and the record waits until the handler has settled',
        )
        return
      case 'recordBlocked':
      case 'recordUnblocked':
        // Said by BlockedRecords, for all of them together.
        return
      case 'recordSkipped':
        this.#skipped++
        logger.warn(
          { ...fields, err: event.error, skipped: this.#skipped },
          `a record is skipped, which onPoison asks for: ${asError(event.error).message}`,
        )
        return
      case 'recordDeadLettered':
        this.#deadLettered++
        logger.warn(
          { ...fields, err: event.error, deadLettered: this.#deadLettered },
          `a record went to the dead-letter sink: ${asError(event.error).message}`,
        )
    }
  }
}
