import { ProtocolError } from '../errors.ts'
import type { WireRecord } from '../protocol/messages.ts'
import type { NumberForm } from './attribute-value.ts'
import type { DynamodbRecord, StreamViewType, UserIdentity } from './dynamodb-record.ts'
import type { Position } from './record.ts'

/** A part of a stream record that holds attributes. */
export type AttributesPart = 'keys' | 'newImage' | 'oldImage'

/** A stream record as it came: what {@link DynamodbStreamRecord} reads, when it is asked. */
export interface StreamEvent {
  readonly eventName: DynamodbRecord['eventName']
  readonly eventId: string | null
  readonly approximateCreationDateTime: Date | null
  readonly sizeBytes: number | null
  readonly streamViewType: StreamViewType
  readonly userIdentity: UserIdentity | null
  /** Decodes a part; undefined where the record has none. @throws RangeError on a number that would be rounded. */
  attributes(part: AttributesPart, numbers: NumberForm): Record<string, unknown> | undefined
}

/** A {@link DynamodbRecord} that reads its fields when asked, and decodes its keys and images once, when first read. */
export class DynamodbStreamRecord {
  readonly #event: StreamEvent
  readonly #wire: WireRecord
  readonly #numbers: NumberForm
  // Null: not decoded yet.
  #keys: Record<string, unknown> | null = null
  #newImage: Record<string, unknown> | undefined | null = null
  #oldImage: Record<string, unknown> | undefined | null = null

  constructor(event: StreamEvent, wire: WireRecord, numbers: NumberForm) {
    this.#event = event
    this.#wire = wire
    this.#numbers = numbers
  }

  /** The record of the wire that such a record reads; null for any other object. */
  static wireOf(record: object): WireRecord | null {
    return #wire in record ? record.#wire : null
  }

  get eventName(): DynamodbRecord['eventName'] {
    return this.#event.eventName
  }

  get sequenceNumber(): string {
    return this.#wire.sequenceNumber
  }

  get subSequenceNumber(): number {
    return this.#wire.subSequenceNumber
  }

  get eventId(): string | null {
    return this.#event.eventId
  }

  get approximateCreationDateTime(): Date | null {
    return this.#event.approximateCreationDateTime
  }

  get sizeBytes(): number | null {
    return this.#event.sizeBytes
  }

  get streamViewType(): StreamViewType {
    return this.#event.streamViewType
  }

  get userIdentity(): UserIdentity | null {
    return this.#event.userIdentity
  }

  get keys(): Record<string, unknown> {
    this.#keys ??= this.#event.attributes('keys', this.#numbers) ?? {}
    return this.#keys
  }

  get newImage(): Record<string, unknown> | undefined {
    if (this.#newImage === null) this.#newImage = this.#event.attributes('newImage', this.#numbers)
    return this.#newImage
  }

  get oldImage(): Record<string, unknown> | undefined {
    if (this.#oldImage === null) this.#oldImage = this.#event.attributes('oldImage', this.#numbers)
    return this.#oldImage
  }

  /** Every field, decoded: what `JSON.stringify` and `console.log` show, since getters are no own properties. */
  toJSON(): object {
    const { eventId, userIdentity, keys, newImage, oldImage } = this
    return { ...this.#plain(), eventId, userIdentity, keys, newImage, oldImage }
  }

  [Symbol.for('nodejs.util.inspect.custom')](): object {
    try {
      return this.toJSON()
    } catch (error) {
      // Showing a record never fails, though reading it would.
      return { ...this.#plain(), undecodable: String(error) }
    }
  }

  /** The fields that can always be read. */
  #plain(): object {
    const { eventName, sequenceNumber, subSequenceNumber } = this
    const { approximateCreationDateTime, sizeBytes, streamViewType } = this
    return { eventName, sequenceNumber, subSequenceNumber, approximateCreationDateTime, sizeBytes, streamViewType }
  }
}

/** The error of a stream record that is none; it holds nothing of the data. */
export function malformedRecord({ sequenceNumber }: Position, why: string): ProtocolError {
  return new ProtocolError(`The DynamoDB stream record ${sequenceNumber} ${why}`)
}
