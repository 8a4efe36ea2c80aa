import { RecordProcessorError } from '../errors.ts'
import type { Shard } from '../session/record-processor.ts'

/**
 * How far a shard's processor may go:
 * - `open`: everything;
 * - `draining` (shutdownRequested): what it was given is finished, but for records that block;
 * - `stopping` (the process stops): what has begun is finished, but for records that block; nothing else begins;
 * - `over` (the lease is gone, the session has ended): only what runs is waited for.
 */
export type LifePhase = 'open' | 'draining' | 'stopping' | 'over'

interface Wait {
  readonly condition: () => boolean
  readonly resolve: () => void
  /** Absent where a failure changes nothing. */
  readonly reject?: (error: Error) => void
}

/** The phase of one shard's processor, and the promises that wait for its work. */
export class ShardLife {
  #phase: LifePhase = 'open'
  #waits: Wait[] = []
  #failure: Error | undefined
  readonly #changed: () => void

  /** @param changed is told of a new phase, never during the call of the constructor. */
  constructor({ signal, stopping }: Shard, changed: () => void) {
    this.#changed = changed
    signal.addEventListener('abort', () => {
      this.#enter('over')
    })
    stopping.addEventListener('abort', () => {
      if (this.#phase === 'open') this.#enter('stopping')
    })
    if (signal.aborted) this.#phase = 'over'
    else if (stopping.aborted) this.#phase = 'stopping'
  }

  get phase(): LifePhase {
    return this.#phase
  }

  /** Whether the session is to end with an error, and nothing more is to begin. */
  get hasFailed(): boolean {
    return this.#failure !== undefined
  }

  /** The worker stops or hands the lease over. */
  drain(): void {
    if (this.#phase === 'open') this.#enter('draining')
  }

  /** Waits for a condition; undefined where it holds already. @throws what {@link fail} was given. */
  until(condition: () => boolean): Promise<void> | undefined {
    if (this.#failure !== undefined) throw this.#failure
    if (condition()) return undefined
    return new Promise((resolve, reject) => {
      this.#waits.push({ condition, resolve, reject })
    })
  }

  /** Waits for a condition, whatever fails. */
  always(condition: () => boolean): Promise<void> {
    return new Promise(resolve => {
      if (condition()) resolve()
      else this.#waits.push({ condition, resolve })
    })
  }

  /** To be called when conditions may hold that did not. */
  check(): void {
    if (this.#waits.length === 0) return
    const waiting: Wait[] = []
    for (const wait of this.#waits) {
      if (wait.condition()) wait.resolve()
      else waiting.push(wait)
    }
    this.#waits = waiting
  }

  /** The session must end with this error: what waits rejects, or the next call. */
  fail(error: Error): void {
    this.#failure ??= error
    for (const wait of this.#waits) wait.reject?.(this.#failure)
    this.#waits = this.#waits.filter(({ reject }) => reject === undefined)
  }

  #enter(phase: LifePhase): void {
    this.#phase = phase
    this.#changed()
  }
}

/** Why the end of a shard is not checkpointed that has anything left. */
export function leftToNext({ shardId }: Shard): RecordProcessorError {
  const what = 'The process stops before all records of the shard are handled: its end is left to the next worker.'
  return new RecordProcessorError(what, { shardId })
}
