import { ProtocolError } from '../errors.ts'

const lineFeed = 0x0a
const carriageReturn = 0x0d
const firstCapacity = 4096
/** What is kept between lines; a longer line's memory is given back after it. */
const greatestKeptCapacity = 256 * 1024

/** Cuts a stream of bytes into lines, whatever its chunks: `\n` or `\r\n` ends one, blank lines are skipped. It holds one unfinished line at most. */
export class LineSplitter {
  readonly #limit: number
  #line: Buffer = Buffer.alloc(0)
  #filled = 0

  /** @param lineBytes The greatest line accepted, without its end. */
  constructor(lineBytes: number) {
    this.#limit = lineBytes
  }

  /**
   * The lines that `chunk` completes, without their ends; each is valid until the next is asked for. Iterate to the end before the next push.
   * @throws ProtocolError on a line over the limit.
   */
  *push(chunk: Buffer): Generator<Buffer, void, undefined> {
    let at = 0
    while (at < chunk.length) {
      const end = chunk.indexOf(lineFeed, at)
      if (end === -1) {
        this.#append(chunk.subarray(at))
        return
      }
      const line = this.#complete(chunk.subarray(at, end))
      at = end + 1
      if (!isBlank(line)) yield line
    }
  }

  /** @throws ProtocolError when the stream ended inside a line. */
  end(): void {
    if (!isBlank(this.#line.subarray(0, this.#filled)))
      throw new ProtocolError(`the connection ended inside a line: ${this.#filled} bytes of it came`)
  }

  /** The line that `tail` ends; a line that lies whole in its chunk is not copied. */
  #complete(tail: Buffer): Buffer {
    let line = tail
    if (this.#filled > 0) {
      this.#append(tail)
      line = this.#line.subarray(0, this.#filled)
      this.#filled = 0
      if (this.#line.length > greatestKeptCapacity) this.#line = Buffer.alloc(0)
    }
    if (line.at(-1) === carriageReturn) line = line.subarray(0, -1)
    this.#check(line.length)
    return line
  }

  #append(bytes: Buffer): void {
    const needed = this.#filled + bytes.length
    // One more: a carriage return that belongs to the end.
    this.#check(needed - 1)
    if (needed > this.#line.length) {
      const grown = Buffer.allocUnsafeSlow(Math.max(needed, 2 * this.#line.length, firstCapacity))
      this.#line.copy(grown, 0, 0, this.#filled)
      this.#line = grown
    }
    bytes.copy(this.#line, this.#filled)
    this.#filled = needed
  }

  #check(length: number): void {
    if (length > this.#limit) throw new ProtocolError(`a line of more than ${this.#limit} bytes`)
  }
}

function isBlank(line: Buffer): boolean {
  return line.every(byte => byte === 0x20 || byte === 0x09 || byte === carriageReturn)
}
