import { ProtocolError } from '../errors.ts'
import { recordFixedBytes, recordLengthBytes } from './frame-layout.ts'

/** Puts one large record together from its recordPart frames; the first begins with the record's length field. */
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
   * Takes one part; gives the encoded record, its length field included, when it is complete, else null.
   * @param left How many bytes the batch may still bring after this part.
   * @throws ProtocolError
   */
  push(part: Buffer, left: number): Buffer | null {
    if (part.length === 0) throw new ProtocolError('an empty record part')
    let at = 0
    if (this.#record === null) {
      at = part.copy(this.#length, this.#lengthFilled)
      this.#lengthFilled += at
      if (this.#lengthFilled < recordLengthBytes) return null
      this.#record = this.#allocate(part.length - at + left)
    }
    const copied = part.copy(this.#record, this.#filled, at)
    this.#filled += copied
    if (copied < part.length - at) throw new ProtocolError('a record part that goes on beyond its record')
    if (this.#filled < this.#record.length) return null
    const record = this.#record
    this.#record = null
    this.#lengthFilled = 0
    return record
  }

  /** Checks the length against what the batch still holds before memory is spent on it. */
  #allocate(left: number): Buffer {
    const length = this.#length.readUInt32BE(0)
    if (length > this.#limit) throw new ProtocolError(`a record of ${length} bytes, over the limit of ${this.#limit}`)
    if (length < recordFixedBytes) throw new ProtocolError(`a record of ${length} bytes, less than its fixed fields`)
    if (length > left) throw new ProtocolError(`a record of ${length} bytes in a batch with ${left} left`)
    const record = Buffer.allocUnsafeSlow(recordLengthBytes + length)
    this.#filled = this.#length.copy(record)
    return record
  }
}
