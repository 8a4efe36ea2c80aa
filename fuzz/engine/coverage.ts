/** Which branches were taken, and about how often: 1, 2, 3, 4–7, 8–15, 16–31, 32–127, 128 and more times, each a bit. */
const bucketOf = Uint8Array.from({ length: 256 }, (_, count) => {
  if (count === 0) return 0
  const bounds = [1, 2, 3, 4, 8, 16, 32, 128]
  return 1 << (bounds.filter(bound => bound <= count).length - 1)
})

/** Counts the branches of one run, and knows those of all runs before. */
export class Coverage {
  /** What the instrumented code counts in; it wraps around at 256. */
  readonly counters: Uint8Array
  readonly #seen: Uint8Array

  /** @param branches how many there are. */
  constructor(branches: number) {
    this.counters = new Uint8Array(branches)
    this.#seen = new Uint8Array(branches)
  }

  /** How many branches were ever taken. */
  get taken(): number {
    return this.#seen.reduce((sum, buckets) => sum + (buckets === 0 ? 0 : 1), 0)
  }

  get branches(): number {
    return this.#seen.length
  }

  /** Before a run. */
  reset(): void {
    this.counters.fill(0)
  }

  /** After a run: whether it took a branch that was never taken, or never so often. */
  learn(): boolean {
    const { counters } = this
    const seen = this.#seen
    let news = false
    for (let branch = 0; branch < counters.length; branch++) {
      const count = counters[branch] as number
      if (count === 0) continue
      const bucket = bucketOf[count] as number
      if (((seen[branch] as number) & bucket) !== 0) continue
      seen[branch] = (seen[branch] as number) | bucket
      news = true
    }
    return news
  }

  /** Begins anew, for another target. */
  forget(): void {
    this.#seen.fill(0)
  }
}
