// One encoded record of docs/protocol.md, from the end of its length field (u32) on:
//    0 flags · 1 encryption type · 2 s (u8) · 3 h (u8) · 4 p (u16) · 6 sub-sequence number (u64) · 14 arrival time (i64)
//   22 sequence number (s) · explicit hash key (h) · partition key (p) · data (the rest)
import type { WireRecord } from './messages.ts'
import { everyField } from './record-fields.ts'

/** The flags of a record. */
export const recordFlag = { partitionKey: 1, explicitHashKey: 2, arrivalTime: 4, aggregated: 8 } as const

/** The encryption types by their numbers. */
export const encryptionTypes = [null, 'NONE', 'KMS'] as const

/** Where the fields of a record begin that are not its first. */
export const recordOffset = {
  encryptionType: 1,
  sequenceNumberLength: 2,
  hashKeyLength: 3,
  partitionKeyLength: 4,
  subSequenceNumber: 6,
  arrivalTime: 14,
  text: 22,
} as const

const twoTo32 = 0x1_0000_0000

/** A record that lies in its chunk, checked; each field is decoded when it is read, which a handler that needs few of them does not pay for. */
export class FrameRecord implements WireRecord {
  readonly #bytes: Buffer
  readonly #view: DataView
  readonly #start: number
  readonly #dataStart: number
  readonly #end: number
  #data: Buffer | undefined

  /**
   * @param view Of the same bytes.
   * @param start Where its flags are.
   */
  constructor(bytes: Buffer, view: DataView, start: number, dataStart: number, end: number) {
    this.#bytes = bytes
    this.#view = view
    this.#start = start
    this.#dataStart = dataStart
    this.#end = end
    this.#data = undefined
  }

  get sequenceNumber(): string {
    const start = this.#start + recordOffset.text
    return this.#bytes.toString('latin1', start, start + this.#byte(recordOffset.sequenceNumberLength))
  }

  get subSequenceNumber(): number {
    return readU64(this.#view, this.#start + recordOffset.subSequenceNumber)
  }

  get partitionKey(): string | null {
    if (!this.#has(recordFlag.partitionKey)) return null
    return this.#bytes.toString('utf8', this.#hashKeyStart + this.#byte(recordOffset.hashKeyLength), this.#dataStart)
  }

  get explicitHashKey(): string | null {
    if (!this.#has(recordFlag.explicitHashKey)) return null
    const start = this.#hashKeyStart
    return this.#bytes.toString('latin1', start, start + this.#byte(recordOffset.hashKeyLength))
  }

  get approximateArrivalTimestamp(): Date | null {
    if (!this.#has(recordFlag.arrivalTime)) return null
    return new Date(readI64(this.#view, this.#start + recordOffset.arrivalTime))
  }

  get encryptionType(): 'NONE' | 'KMS' | null {
    return encryptionTypes[this.#byte(recordOffset.encryptionType)] ?? null
  }

  get aggregated(): boolean {
    return this.#has(recordFlag.aggregated)
  }

  get data(): Buffer {
    this.#data ??= this.#bytes.subarray(this.#dataStart, this.#end)
    return this.#data
  }

  /** Getters are no own properties. */
  toJSON(): WireRecord {
    return everyField(this)
  }

  [Symbol.for('nodejs.util.inspect.custom')](): object {
    return this.toJSON()
  }

  get #hashKeyStart(): number {
    return this.#start + recordOffset.text + this.#byte(recordOffset.sequenceNumberLength)
  }

  #byte(offset: number): number {
    return this.#view.getUint8(this.#start + offset)
  }

  #has(flag: number): boolean {
    return (this.#byte(0) & flag) !== 0
  }
}

/** Reads an unsigned integer of 64 bits; above 2^53 − 1 it is rounded. */
export function readU64(view: DataView, at: number): number {
  return view.getUint32(at) * twoTo32 + view.getUint32(at + 4)
}

/** Reads a signed integer of 64 bits; outside ± (2^53 − 1) it is rounded. */
export function readI64(view: DataView, at: number): number {
  return view.getInt32(at) * twoTo32 + view.getUint32(at + 4)
}
