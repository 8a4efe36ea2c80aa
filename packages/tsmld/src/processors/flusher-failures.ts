import { asError } from '../errors.ts'
import type { Position } from '../records/record.ts'
import { jitteredBackoffMs } from '../session/backoff.ts'
import { type Clock, clockOf } from '../session/clock.ts'
import type { HeldRecords } from '../session/held-records.ts'
import type { Shard } from '../session/record-processor.ts'
import { Pause } from './pause.ts'
import type { FailurePolicy } from './processor-options.ts'
import { RecordEvents } from './record-events.ts'
import { retryDelayMs } from './retry.ts'
import type { LifePhase } from './shard-life.ts'

/** The calls of one shard's flusher, and what they throw, from the first failure until one succeeds again: the delays, and what is said. */
export class FlusherFailures<R extends Position> {
  readonly #shard: Shard
  readonly #policy: Pick<FailurePolicy<R>, 'retry' | 'onEvent'>
  readonly #events: RecordEvents<R>
  readonly #clock: Clock
  readonly #pause: Pause
  #phase: LifePhase = 'open'
  #attempts = 0
  #since = 0
  #blocked: R | null = null

  constructor(shard: Shard, policy: Pick<FailurePolicy<R>, 'retry' | 'onEvent'>) {
    this.#shard = shard
    this.#policy = policy
    this.#events = new RecordEvents(shard, policy.onEvent)
    this.#clock = clockOf(shard)
    this.#pause = new Pause(this.#clock)
  }

  /** What the shard's status tells: what blocks, and the call of the flusher that has run longest. */
  held(): HeldRecords {
    return this.#events.held()
  }

  /** Makes a call that may take long, while `record` is the oldest that is not done. */
  async watched<T>(record: R | null, call: () => Promise<T> | T): Promise<T> {
    this.#events.calls.began(record)
    try {
      return await call()
    } finally {
      this.#events.calls.settled(record)
    }
  }

  /** What blocks is not waited for once the shard is being left, and nothing is once it is lost. */
  enter(phase: LifePhase): void {
    this.#phase = phase
    if (phase === 'open') return
    this.#events.stop()
    this.#pause.end(phase === 'over')
  }

  /** A call threw while `record` was the oldest that is not done; resolves when it is to be made again, or, to false, when the shard is left before. */
  async failed(call: string, error: unknown, record: R | null): Promise<boolean> {
    if (this.#phase === 'over') return false
    const { retry } = this.#policy
    if (this.#attempts === 0) this.#since = this.#clock.now()
    const attempts = ++this.#attempts
    const delayMs = retryDelayMs({ error, attempts, elapsedMs: this.#clock.now() - this.#since }, retry)
    if (delayMs === null) this.#blocked ??= record
    if (this.#blocked !== null) this.#events.blocks(this.#blocked, error, attempts, 'flusher')
    else {
      const what = `the flusher's ${call} failed and is tried again: ${asError(error).message}`
      this.#shard.logger.warn({ err: error, attempts }, what)
    }
    const goesOn =
      delayMs !== null
        ? await this.#pause.of(delayMs, 'retry')
        : this.#phase === 'open' && (await this.#pause.of(jitteredBackoffMs(attempts, retry.backoff), 'block'))
    if (!goesOn) {
      this.#blocked = null
      this.#attempts = 0
    }
    return goesOn
  }

  /** A call did not throw. */
  succeeded(): void {
    if (this.#attempts === 0) return
    if (this.#blocked !== null) this.#events.done(this.#blocked, this.#attempts)
    this.#blocked = null
    this.#attempts = 0
  }
}
