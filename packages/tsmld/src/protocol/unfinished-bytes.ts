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
    const { length } = this
    if (this.#end + bytes.length > this.#buffer.length) {
      // Not from the pool, all of which anything small that is kept would keep alive.
      const grown = Buffer.allocUnsafeSlow(Math.max(length + bytes.length, 2 * length, firstCapacity))
      this.#buffer.copy(grown, 0, this.#start, this.#end)
      this.#buffer = grown
      this.#start = 0
      this.#end = length
    }
    bytes.copy(this.#buffer, this.#end)
    this.#end += bytes.length
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
