import { asError } from '../errors.ts'
import type { Position } from '../records/record.ts'
import { jitteredBackoffMs } from '../session/backoff.ts'
import type { Shard } from '../session/record-processor.ts'
import { Pause } from './pause.ts'
import type { FailurePolicy } from './processor-options.ts'
import { RecordEvents } from './record-events.ts'
import { retryDelayMs } from './retry.ts'
import type { LifePhase } from './shard-life.ts'

/** What one shard's flusher throws, from its first failure until it succeeds again: the delays, and what is said. */
export class FlusherFailures<R extends Position> {
  readonly #shard: Shard
  readonly #policy: Pick<FailurePolicy<R>, 'retry' | 'onEvent'>
  readonly #events: RecordEvents<R>
  readonly #pause = new Pause()
  #phase: LifePhase = 'open'
  #attempts = 0
  #since = 0
  #blocked: R | null = null

  constructor(shard: Shard, policy: Pick<FailurePolicy<R>, 'retry' | 'onEvent'>) {
    this.#shard = shard
    this.#policy = policy
    this.#events = new RecordEvents(shard, policy.onEvent)
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
    if (this.#attempts === 0) this.#since = Date.now()
    const attempts = ++this.#attempts
    const delayMs = retryDelayMs({ error, attempts, elapsedMs: Date.now() - this.#since }, retry)
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
