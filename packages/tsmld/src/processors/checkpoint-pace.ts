import { CheckpointError } from '../errors.ts'
import type { Position } from '../records/record.ts'
import type { Clock } from '../session/clock.ts'
import type { Checkpointer } from '../session/record-processor.ts'

/** A batch that takes longer than the interval is checkpointed in between, but not for each of its records. */
const leastBetweenMs = 1_000

/** Decides when a shard's progress is checkpointed: at the ends of batches, but not more often than every interval; and by a timer where no end comes. */
export class CheckpointPace {
  readonly #clock: Clock
  readonly #intervalMs: number
  readonly #position: () => Position | null
  readonly #failed: (error: unknown) => void
  #checkpointer: Checkpointer | undefined
  #asked: Position | null = null
  #askedAt = Number.NEGATIVE_INFINITY
  #timer: object | undefined
  #dueAt = Number.POSITIVE_INFINITY

  /**
   * @param position the highest position that may be checkpointed.
   * @param failed is told of a checkpoint that was refused although the session goes on: a defect.
   */
  constructor(clock: Clock, intervalMs: number, position: () => Position | null, failed: (error: unknown) => void) {
    this.#clock = clock
    this.#intervalMs = intervalMs
    this.#position = position
    this.#failed = failed
  }

  /** What checkpoints go to: the session's. */
  use(checkpointer: Checkpointer): void {
    this.#checkpointer = checkpointer
  }

  /** Something was done in the midst of a batch. */
  progressed(): void {
    if (this.#timer === undefined) this.#arm(this.#clock.now() + Math.max(this.#intervalMs, leastBetweenMs))
  }

  /** A batch is through, or nothing is left to do. */
  reachedEnd(): void {
    if (this.#position() === this.#asked) return
    const now = this.#clock.now()
    const dueAt = this.#askedAt + this.#intervalMs
    if (dueAt <= now) this.save()
    else if (dueAt < this.#dueAt) this.#arm(dueAt)
  }

  /** Asks for a checkpoint at once, where there is anything new to save. */
  save(): void {
    this.stop()
    const position = this.#position()
    if (position === this.#asked || position === null || this.#checkpointer === undefined) return
    this.#asked = position
    this.#askedAt = this.#clock.now()
    this.#checkpointer.checkpoint(position).catch((error: unknown) => {
      // Any other failure has ended the session, which says so.
      if (error instanceof CheckpointError && error.reason === 'IllegalArgumentException') this.#failed(error)
    })
  }

  /** No checkpoint comes by timer any more. */
  stop(): void {
    this.#clock.clearTimeout(this.#timer)
    this.#timer = undefined
    this.#dueAt = Number.POSITIVE_INFINITY
  }

  #arm(dueAt: number): void {
    this.#clock.clearTimeout(this.#timer)
    this.#dueAt = dueAt
    this.#timer = this.#clock.setTimeout(() => {
      this.save()
    }, dueAt - this.#clock.now())
  }
}
