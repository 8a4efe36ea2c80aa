import { type Backoff, jitteredBackoffMs } from '../session/backoff.ts'

/** Counts how often each shard's sessions failed in a row: without a checkpoint in between. */
export class ShardFailures {
  readonly #counts = new Map<string, number>()
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
  failed(shardId: string, savedCheckpoint: boolean): boolean {
    const count = savedCheckpoint ? 1 : this.count(shardId) + 1
    this.#counts.set(shardId, count)
    return count > this.#limit
  }

  /** The shard was checkpointed, or is no longer ours to judge. */
  clear(shardId: string): void {
    this.#counts.delete(shardId)
  }

  count(shardId: string): number {
    return this.#counts.get(shardId) ?? 0
  }

  /** How long the shard's next session waits before the user's code runs. */
  delayMs(shardId: string): number {
    const count = this.count(shardId)
    return count === 0 ? 0 : jitteredBackoffMs(count, this.#backoff, this.#random)
  }
}
