import type { WireRecord } from './messages.ts'
import { everyField } from './record-fields.ts'

/** Where the fields of a record lie in its bytes, and what is read of them already. */
export interface RecordSpans {
  readonly sequenceNumber: number
  readonly sequenceNumberEnd: number
  /** -1 where it is not given. */
  readonly partitionKey: number
  readonly partitionKeyEnd: number
  readonly data: number
  readonly dataEnd: number
  readonly subSequenceNumber: number
  /** -1 where it is not given. */
  readonly arrivalTimeMs: number
}

/** A record that lies in its line, checked, its data no longer in base64; each other field is decoded when it is read, which a handler that needs few of them does not pay for. */
export class LineRecord implements WireRecord {
  readonly #bytes: Buffer
  readonly #sequenceNumber: number
  readonly #sequenceNumberEnd: number
  readonly #partitionKey: number
  readonly #partitionKeyEnd: number
  readonly #dataStart: number
  readonly #dataEnd: number
  readonly #arrivalTimeMs: number
  #data: Buffer | undefined
  readonly subSequenceNumber: number

  constructor(bytes: Buffer, spans: RecordSpans) {
    this.#bytes = bytes
    this.#sequenceNumber = spans.sequenceNumber
    this.#sequenceNumberEnd = spans.sequenceNumberEnd
    this.#partitionKey = spans.partitionKey
    this.#partitionKeyEnd = spans.partitionKeyEnd
    this.#dataStart = spans.data
    this.#dataEnd = spans.dataEnd
    this.#arrivalTimeMs = spans.arrivalTimeMs
    this.#data = undefined
    this.subSequenceNumber = spans.subSequenceNumber
  }

  get sequenceNumber(): string {
    return this.#bytes.toString('latin1', this.#sequenceNumber, this.#sequenceNumberEnd)
  }

  get partitionKey(): string | null {
    if (this.#partitionKey === -1) return null
    return this.#bytes.toString('utf8', this.#partitionKey, this.#partitionKeyEnd)
  }

  get explicitHashKey(): null {
    return null
  }

  get approximateArrivalTimestamp(): Date | null {
    return this.#arrivalTimeMs === -1 ? null : new Date(this.#arrivalTimeMs)
  }

  get encryptionType(): null {
    return null
  }

  get aggregated(): null {
    return null
  }

  get data(): Buffer {
    this.#data ??= this.#bytes.subarray(this.#dataStart, this.#dataEnd)
    return this.#data
  }

  /** Getters are no own properties. */
  toJSON(): WireRecord {
    return everyField(this)
  }

  [Symbol.for('nodejs.util.inspect.custom')](): object {
    return this.toJSON()
  }
}
