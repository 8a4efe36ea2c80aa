import { ProtocolError } from '../errors.ts'
import { recordFixedBytes, recordLengthBytes } from './frame-layout.ts'

/** Puts one record together from its parts, the frames or the pieces of one over which it lies; the first begins with its length field. */
export class RecordParts {
  readonly #limit: number
  readonly #length = Buffer.alloc(recordLengthBytes)
  #lengthFilled = 0
  /** Null until the length field is whole. */
  #record: Buffer | null = null
  #filled = 0

  /** @param recordBytes The greatest record accepted, without its length field. */
  constructor(recordBytes: number) {
    this.#limit = recordBytes
  }

  /** Whether a record has begun and is not complete yet. */
  get unfinished(): boolean {
    return this.#lengthFilled > 0
  }

  /**
   * Takes what the record lacks out of `bytes`, from `start` on; gives where it stopped.
   * @param left How many bytes may still come after `bytes`.
   * @throws ProtocolError
   */
  push(bytes: Buffer, start: number, left: number): number {
    let at = start
    if (this.#record === null) {
      at += bytes.copy(this.#length, this.#lengthFilled, at)
      this.#lengthFilled += at - start
      if (this.#lengthFilled < recordLengthBytes) return at
      this.#record = this.#allocate(bytes.length - at + left)
    }
    const copied = bytes.copy(this.#record, this.#filled, at)
    this.#filled += copied
    return at + copied
  }

  /** Gives the encoded record, its length field included, when it is complete, and is ready for the next; else null. */
  take(): Buffer | null {
    const record = this.#record
    if (record === null || this.#filled < record.length) return null
    this.#record = null
    this.#lengthFilled = 0
    return record
  }

  /** Checks the length against what can still come before memory is spent on it. */
  #allocate(left: number): Buffer {
    const length = this.#length.readUInt32BE(0)
    if (length > this.#limit) throw new ProtocolError(`a record of ${length} bytes, over the limit of ${this.#limit}`)
    if (length < recordFixedBytes) throw new ProtocolError(`a record of ${length} bytes, less than its fixed fields`)
    if (length > left) throw new ProtocolError(`a record of ${length} bytes where no more than ${left} can come`)
    const record = Buffer.allocUnsafeSlow(recordLengthBytes + length)
    this.#filled = this.#length.copy(record)
    return record
  }
}
