import { type Backoff, jitteredBackoffMs } from '../session/backoff.ts'

/** How often a child may start again. */
export interface RestartLimit {
  /** How many restarts are borne; one more, and it is given up. */
  readonly max: number
  /** Within how many milliseconds of running, in which the waits before restarts do not count. */
  readonly withinMs: number
}

/** What becomes of a tree after a failure. */
export type RestartDecision = { readonly kind: 'restart'; readonly delayMs: number } | { readonly kind: 'giveUp' }

/** A run as long as this shows that the cause of earlier failures is gone: the delays begin anew. */
const provenMs = 60_000

/**
 * Decides about each failure of one supervision tree: again after a growing delay, or never. The limit's window is measured in time that the tree ran, not waited:
 * otherwise the delays, meant to be gentle with what failed, would keep a hopeless tree for ever below its limit.
 */
export class RestartPolicy {
  readonly #limit: RestartLimit
  readonly #backoff: Backoff
  readonly #random: () => number
  #ranMs = 0
  #startedAt: number | null = null
  #failures: number[] = []
  #consecutive = 0

  constructor(limit: RestartLimit, backoff: Backoff, random: () => number = Math.random) {
    this.#limit = limit
    this.#backoff = backoff
    this.#random = random
  }

  started(nowMs: number): void {
    this.#startedAt ??= nowMs
  }

  failed(nowMs: number): RestartDecision {
    const runMs = this.#startedAt === null ? 0 : nowMs - this.#startedAt
    this.#startedAt = null
    this.#ranMs += runMs
    this.#consecutive = runMs >= provenMs ? 1 : this.#consecutive + 1
    const since = this.#ranMs - this.#limit.withinMs
    this.#failures = [...this.#failures.filter(at => at > since), this.#ranMs]
    if (this.#failures.length > this.#limit.max) return { kind: 'giveUp' }
    return { kind: 'restart', delayMs: jitteredBackoffMs(this.#consecutive, this.#backoff, this.#random) }
  }
}
