/** A record that waits for its batch, or is in one. */
export interface BatchItem<R> {
  readonly record: R
  /** Its ticket in the shard's window. */
  readonly ticket: number
  readonly bytes: number
}

/** How much one batch holds. */
export interface BatchLimits {
  readonly maxRecords: number
  readonly maxBytes: number
}

/** Collects records into batches, across those of the KCL. Pure. */
export class BatchAccumulator<R> {
  readonly #limits: BatchLimits
  #items: BatchItem<R>[] = []
  #bytes = 0

  constructor(limits: BatchLimits) {
    this.#limits = limits
  }

  get size(): number {
    return this.#items.length
  }

  /** Whether there is enough for a batch. */
  get isFull(): boolean {
    return this.size >= this.#limits.maxRecords || this.#bytes >= this.#limits.maxBytes
  }

  add(item: BatchItem<R>): void {
    this.#items.push(item)
    this.#bytes += item.bytes
  }

  /** Takes the oldest, as many as the limits let a batch have; a record that is too large is one of its own. */
  take(): BatchItem<R>[] {
    const { maxRecords, maxBytes } = this.#limits
    let count = 0
    let bytes = 0
    for (const item of this.#items) {
      if (count === maxRecords || (count > 0 && bytes + item.bytes > maxBytes)) break
      count++
      bytes += item.bytes
    }
    this.#bytes -= bytes
    return this.#items.splice(0, count)
  }
}
