import { ProtocolError } from '../errors.ts'
import { UnfinishedBytes } from './unfinished-bytes.ts'

const lineFeed = 0x0a
const carriageReturn = 0x0d

/** Cuts a stream of bytes into lines, whatever its chunks: `\n` or `\r\n` ends one, blank lines are skipped. It holds one unfinished line at most. */
export class LineSplitter {
  readonly #limit: number
  readonly #unfinished = new UnfinishedBytes()

  /** @param lineBytes The greatest line accepted, without its end. */
  constructor(lineBytes: number) {
    this.#limit = lineBytes
  }

  /**
   * The lines that `chunk` completes, without their ends. Iterate to the end before the next push.
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
    const { bytes } = this.#unfinished
    if (!isBlank(bytes)) throw new ProtocolError(`the connection ended inside a line: ${bytes.length} bytes of it came`)
  }

  /** The line that `tail` ends; a line that lies whole in its chunk is not copied. */
  #complete(tail: Buffer): Buffer {
    let line = tail
    if (this.#unfinished.length > 0) {
      this.#append(tail)
      line = this.#unfinished.bytes
      this.#unfinished.drop(line.length)
    }
    if (line.at(-1) === carriageReturn) line = line.subarray(0, -1)
    this.#check(line.length)
    return line
  }

  #append(bytes: Buffer): void {
    // One less: a carriage return that belongs to the end.
    this.#check(this.#unfinished.length + bytes.length - 1)
    this.#unfinished.append(bytes)
  }

  #check(length: number): void {
    if (length > this.#limit) throw lineTooLong(this.#limit)
  }
}

/** Whether a line holds nothing but blanks. */
export function isBlank(line: Buffer): boolean {
  return line.every(byte => byte === 0x20 || byte === 0x09 || byte === carriageReturn)
}

/** The error of a line over the limit. */
export function lineTooLong(limit: number): ProtocolError {
  return new ProtocolError(`a line of more than ${limit} bytes`)
}
