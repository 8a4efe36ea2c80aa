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
  readonly #parts: RecordParts
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
  }

  /** Whether a record has begun in parts and is not complete yet. */
  get insideRecord(): boolean {
    return this.#parts.unfinished
  }

  /** Takes a records frame. @throws ProtocolError */
  records(payload: Buffer): void {
    if (payload.length === 0) throw new ProtocolError('a records frame without records')
    this.#take(payload.length)
    decodeRecords(payload, this.#records)
    this.#checkCount()
  }

  /** Takes a recordPart frame. @throws ProtocolError */
  recordPart(payload: Buffer): void {
    this.#take(payload.length)
    const record = this.#parts.push(payload, this.#bytes - this.#bytesSeen)
    if (record === null) return
    decodeRecords(record, this.#records)
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

  #take(bytes: number): void {
    this.#bytesSeen += bytes
    if (this.#bytesSeen > this.#bytes)
      throw new ProtocolError(`a batch of more than the ${this.#bytes} bytes that it announced`)
  }

  #checkCount(): void {
    if (this.#records.length > this.#count)
      throw new ProtocolError(`a batch of more than the ${this.#count} records that it announced`)
  }
}
