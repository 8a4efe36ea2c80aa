const firstCapacity = 4096

/** The beginning of something whose end has not come, in one buffer. What was taken out stays as it is: its bytes are never written to again. */
export class UnfinishedBytes {
  #buffer: Buffer = Buffer.alloc(0)
  #start = 0
  #end = 0

  get length(): number {
    return this.#end - this.#start
  }

  /** All that is there now. */
  get bytes(): Buffer {
    return this.#buffer.subarray(this.#start, this.#end)
  }

  /** Copies `bytes` to the end. */
  append(bytes: Buffer): void {
    const needed = this.length + bytes.length
    if (this.#end + bytes.length > this.#buffer.length) {
      // Not from the pool, which everything small that is kept would keep alive.
      const grown = Buffer.allocUnsafeSlow(Math.max(needed, 2 * this.length, firstCapacity))
      this.#buffer.copy(grown, 0, this.#start, this.#end)
      this.#buffer = grown
      this.#start = 0
    }
    bytes.copy(this.#buffer, needed - bytes.length + this.#start)
    this.#end = this.#start + needed
  }

  /** Takes the first `length` bytes out. */
  drop(length: number): void {
    this.#start += length
    if (this.#start < this.#end) return
    this.#buffer = Buffer.alloc(0)
    this.#start = 0
    this.#end = 0
  }
}
