import { ProtocolError } from '../errors.ts'
import { type FrameLimits, recordFixedBytes, recordLengthBytes } from './frame-layout.ts'
import type { DaemonMessage, WireRecord } from './messages.ts'
import { decodeRecords } from './record-encoding.ts'
import { RecordParts } from './record-parts.ts'

const startBytes = 21
const endBytes = 12
const flag = { millisBehindLatest: 1, atShardEnd: 2 } as const
const knownFlags = 3

/** Puts one `processRecords` together from its batchStart, records, recordPart and batchEnd frames; made by the batchStart. */
export class BatchAssembler {
  readonly #count: number
  readonly #bytes: number
  readonly #millisBehindLatest: number | null
  readonly #atShardEnd: boolean
  readonly #records: WireRecord[] = []
  /** The record that comes in recordPart frames. */
  readonly #parts: RecordParts
  /** The record of a records frame that lies over two chunks. */
  readonly #straddling: RecordParts
  #bytesSeen = 0

  /** @throws ProtocolError when the batchStart is malformed or over the limits. */
  constructor(batchStart: Buffer, limits: FrameLimits) {
    if (batchStart.length !== startBytes)
      throw new ProtocolError(`a batchStart of ${batchStart.length} bytes, not ${startBytes}`)
    this.#count = batchStart.readUInt32BE(0)
    // Above 2^53 it is rounded, and far over any limit.
    this.#bytes = Number(batchStart.readBigUInt64BE(4))
    if (this.#bytes > limits.batchBytes)
      throw new ProtocolError(`a batch of ${this.#bytes} bytes, over the limit of ${limits.batchBytes}`)
    if (this.#count * (recordLengthBytes + recordFixedBytes) > this.#bytes || (this.#count === 0 && this.#bytes > 0))
      throw new ProtocolError(`a batch of ${this.#count} records cannot have ${this.#bytes} bytes`)
    const flags = batchStart.readUInt8(12)
    if (flags > knownFlags) throw new ProtocolError(`a batch with the unknown flags ${flags}`)
    const millisBehindLatest = Number(batchStart.readBigInt64BE(13))
    if (!Number.isSafeInteger(millisBehindLatest))
      throw new ProtocolError('a batch whose millisBehindLatest is out of range')
    const given = (flags & flag.millisBehindLatest) !== 0
    if (!given && millisBehindLatest !== 0)
      throw new ProtocolError('a batch whose millisBehindLatest is not given, yet not 0')
    this.#millisBehindLatest = given ? millisBehindLatest : null
    this.#atShardEnd = (flags & flag.atShardEnd) !== 0
    this.#parts = new RecordParts(limits.recordBytes)
    this.#straddling = new RecordParts(limits.payloadBytes)
  }

  /** Whether a record has begun in parts and is not complete yet. */
  get insideRecord(): boolean {
    return this.#parts.unfinished
  }

  /** Takes a piece of a records frame, of which `left` bytes are still to come. @throws ProtocolError */
  records(piece: Buffer, left: number): void {
    if (piece.length + left === 0) throw new ProtocolError('a records frame without records')
    this.#take(piece.length, left)
    let at = 0
    if (this.#straddling.unfinished) {
      at = this.#straddling.push(piece, 0, left)
      const record = this.#straddling.take()
      if (record !== null) decodeRecords(record, 0, 0, this.#records)
    }
    at = decodeRecords(piece, at, left, this.#records)
    if (at < piece.length) this.#straddling.push(piece, at, left)
    this.#checkCount()
  }

  /** Takes a recordPart frame. @throws ProtocolError */
  recordPart(payload: Buffer): void {
    if (payload.length === 0) throw new ProtocolError('an empty record part')
    this.#take(payload.length, 0)
    const end = this.#parts.push(payload, 0, this.#bytes - this.#bytesSeen)
    if (end < payload.length) throw new ProtocolError('a record part that goes on beyond its record')
    const record = this.#parts.take()
    if (record === null) return
    decodeRecords(record, 0, 0, this.#records)
    this.#checkCount()
  }

  /** Takes the batchEnd, and gives the whole message. @throws ProtocolError when the numbers do not agree. */
  end(batchEnd: Buffer): DaemonMessage {
    if (batchEnd.length !== endBytes) throw new ProtocolError(`a batchEnd of ${batchEnd.length} bytes, not ${endBytes}`)
    const count = batchEnd.readUInt32BE(0)
    const bytes = Number(batchEnd.readBigUInt64BE(4))
    if (count !== this.#count || bytes !== this.#bytes || this.#records.length !== count || this.#bytesSeen !== bytes)
      throw new ProtocolError(
        `a batch that does not add up: announced ${this.#count} records in ${this.#bytes} bytes, ` +
          `came ${this.#records.length} in ${this.#bytesSeen}, its end says ${count} in ${bytes}`,
      )
    return {
      kind: 'processRecords',
      records: this.#records,
      millisBehindLatest: this.#millisBehindLatest,
      atShardEnd: this.#atShardEnd,
    }
  }

  #take(bytes: number, left: number): void {
    this.#bytesSeen += bytes
    if (this.#bytesSeen + left > this.#bytes)
      throw new ProtocolError(`a batch of more than the ${this.#bytes} bytes that it announced`)
  }

  #checkCount(): void {
    if (this.#records.length > this.#count)
      throw new ProtocolError(`a batch of more than the ${this.#count} records that it announced`)
  }
}
