import { type Backoff, jitteredBackoffMs } from '../session/backoff.ts'

/** How a shard's sessions failed of late. */
export interface FailuresInRow {
  readonly count: number
  /** The last one's message; null where there is none. */
  readonly last: string | null
}

export const noFailures: FailuresInRow = { count: 0, last: null }

/** Counts how often each shard's sessions failed in a row: without a checkpoint in between. */
export class ShardFailures {
  readonly #rows = new Map<string, FailuresInRow>()
  readonly #limit: number
  readonly #backoff: Backoff
  readonly #random: () => number

  /** @param limit how many failures in a row are borne. */
  constructor(limit: number, backoff: Backoff, random: () => number = Math.random) {
    this.#limit = limit
    this.#backoff = backoff
    this.#random = random
  }

  /** Notes a failure; a session that saved a checkpoint has got further, and counts from one. True when the limit is passed. */
  failed(shardId: string, message: string, savedCheckpoint: boolean): boolean {
    const count = savedCheckpoint ? 1 : this.of(shardId).count + 1
    this.#rows.set(shardId, { count, last: message })
    return count > this.#limit
  }

  /** The shard was checkpointed, or is no longer ours to judge. */
  clear(shardId: string): void {
    this.#rows.delete(shardId)
  }

  of(shardId: string): FailuresInRow {
    return this.#rows.get(shardId) ?? noFailures
  }

  /** How long the shard's next session waits before the user's code runs. */
  delayMs(shardId: string): number {
    const { count } = this.of(shardId)
    return count === 0 ? 0 : jitteredBackoffMs(count, this.#backoff, this.#random)
  }
}
