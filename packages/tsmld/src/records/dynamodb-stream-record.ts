import { ProtocolError } from '../errors.ts'
import { type AttributeMap, decodeAttributes, type NumberForm } from './attribute-value.ts'
import type { DynamodbRecord, StreamViewType, UserIdentity } from './dynamodb-record.ts'
import type { Position } from './record.ts'

/*
 * The adapter's JSON, in which 1.6.1 (KCL 1) and 2.0.1 (KCL 3) agree, as both were seen to write it:
 *   { eventID, eventName, eventVersion, eventSource, awsRegion, userIdentity: { principalId, type },
 *     dynamodb: { ApproximateCreationDateTime (epoch milliseconds), Keys, NewImage, OldImage, SequenceNumber, SizeBytes, StreamViewType } }
 * Absent fields are left out, but 2.0.1 writes an image that is absent as {}: no real image is empty, for it holds the keys.
 * Binary values are base64.
 */

const eventNames: readonly unknown[] = ['INSERT', 'MODIFY', 'REMOVE'] satisfies DynamodbRecord['eventName'][]
const viewTypes: readonly unknown[] = [
  'NEW_AND_OLD_IMAGES',
  'NEW_IMAGE',
  'OLD_IMAGE',
  'KEYS_ONLY',
] satisfies StreamViewType[]

/** A {@link DynamodbRecord} whose keys and images are decoded once, when first read. */
class DynamodbStreamRecord {
  readonly eventName: DynamodbRecord['eventName']
  readonly sequenceNumber: string
  readonly subSequenceNumber: number
  readonly eventId: string | null
  readonly approximateCreationDateTime: Date | null
  readonly sizeBytes: number | null
  readonly streamViewType: StreamViewType
  readonly userIdentity: UserIdentity | null
  readonly #numbers: NumberForm
  readonly #keys: Lazy
  readonly #newImage: Lazy
  readonly #oldImage: Lazy

  constructor(event: Fields, change: Fields, position: Position, numbers: NumberForm) {
    const created = change['ApproximateCreationDateTime']
    const identity = event['userIdentity']
    this.eventName = event['eventName'] as DynamodbRecord['eventName']
    this.sequenceNumber = position.sequenceNumber
    this.subSequenceNumber = position.subSequenceNumber
    this.eventId = typeof event['eventID'] === 'string' ? event['eventID'] : null
    this.approximateCreationDateTime = typeof created === 'number' ? new Date(created) : null
    this.sizeBytes = typeof change['SizeBytes'] === 'number' ? change['SizeBytes'] : null
    this.streamViewType = change['StreamViewType'] as StreamViewType
    this.userIdentity = isFields(identity)
      ? { principalId: String(identity['principalId']), type: String(identity['type']) }
      : null
    this.#numbers = numbers
    this.#keys = pending(change['Keys'])
    this.#newImage = pending(change['NewImage'])
    this.#oldImage = pending(change['OldImage'])
  }

  get keys(): Record<string, unknown> {
    return this.#read(this.#keys, 'keys') ?? {}
  }

  get newImage(): Record<string, unknown> | undefined {
    return this.#read(this.#newImage, 'newImage')
  }

  get oldImage(): Record<string, unknown> | undefined {
    return this.#read(this.#oldImage, 'oldImage')
  }

  /** Every field, decoded: what `JSON.stringify` and `console.log` show, since getters are no own properties. */
  toJSON(): object {
    return Object.assign({}, this, { keys: this.keys, newImage: this.newImage, oldImage: this.oldImage })
  }

  [Symbol.for('nodejs.util.inspect.custom')](): object {
    try {
      return this.toJSON()
    } catch (error) {
      // Showing a record never fails, though reading it would.
      return Object.assign({}, this, { undecodable: String(error) })
    }
  }

  #read(lazy: Lazy, path: string): Record<string, unknown> | undefined {
    if (lazy.raw !== null) {
      lazy.decoded = decodeAttributes(lazy.raw, this.#numbers, path)
      lazy.raw = null
    }
    return lazy.decoded
  }
}

type Fields = Readonly<Record<string, unknown>>

/** Attribute values on their way to JavaScript values. */
interface Lazy {
  raw: AttributeMap | null
  decoded: Record<string, unknown> | undefined
}

function pending(value: unknown): Lazy {
  return { raw: isFields(value) && Object.keys(value).length > 0 ? value : null, decoded: undefined }
}

/**
 * Reads a DynamoDB stream record out of the adapter's JSON.
 * @throws ProtocolError on anything else; the error holds nothing of the data.
 */
export function decodeDynamodbRecord(data: Buffer, position: Position, numbers: NumberForm): DynamodbRecord<object> {
  const event = parseJson(data, position)
  const change = event['dynamodb']
  if (!isFields(change) || !isFields(change['Keys'])) throw malformed(position, 'has no keys')
  if (!eventNames.includes(event['eventName'])) throw malformed(position, 'has no known eventName')
  if (!viewTypes.includes(change['StreamViewType'])) throw malformed(position, 'has no known StreamViewType')
  return new DynamodbStreamRecord(event, change, position, numbers) as unknown as DynamodbRecord<object>
}

function parseJson(data: Buffer, position: Position): Fields {
  let event: unknown
  try {
    event = JSON.parse(data.toString('utf8'))
  } catch {
    throw malformed(position, 'is not JSON')
  }
  if (isFields(event)) return event
  throw malformed(position, 'is not a JSON object')
}

function malformed({ sequenceNumber }: Position, why: string): ProtocolError {
  return new ProtocolError(`The DynamoDB stream record ${sequenceNumber} ${why}`)
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
