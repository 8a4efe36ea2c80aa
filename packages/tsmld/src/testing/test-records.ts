import { encodeDynamodbRecord, type StreamRecordJson } from '../protocol/dynamodb-encoder.ts'
import type { RecordFormat, WireRecord } from '../protocol/messages.ts'
import type { StreamViewType, UserIdentity } from '../records/dynamodb-record.ts'
import { encodeItem } from './attribute-values.ts'
import { assertChange, assertRecord } from './test-checks.ts'

/** Where a record stands and when it came; all of it may be left out. */
interface TestPosition {
  /** Decimal digits. @default the next number; with a `subSequenceNumber` above 0 that of the record before */
  readonly sequenceNumber?: string
  /** @default 0 */
  readonly subSequenceNumber?: number
  /** A Date or epoch milliseconds. @default the virtual clock's time */
  readonly arrivedAt?: Date | number
}

/** A Kinesis record to be delivered. */
export interface TestRecord extends TestPosition {
  /** The record's bytes; a text is UTF-8. @default none */
  readonly data?: string | Uint8Array
  /** @default null */
  readonly partitionKey?: string | null
  /** Decimal digits. @default null */
  readonly explicitHashKey?: string | null
  /** Whether it is a KPL aggregate's. @default whether its `subSequenceNumber` is above 0 */
  readonly aggregated?: boolean
}

/** A DynamoDB stream record to be delivered, in JavaScript's values. */
export interface TestChange<Item extends object = Record<string, unknown>> extends TestPosition {
  /** The primary key. */
  readonly keys: Partial<Item>
  readonly newImage?: Item
  readonly oldImage?: Item
  /** @default MODIFY with both images, INSERT with a new one alone, else REMOVE */
  readonly eventName?: 'INSERT' | 'MODIFY' | 'REMOVE'
  /** @default NEW_AND_OLD_IMAGES */
  readonly streamViewType?: StreamViewType
  readonly eventId?: string
  readonly userIdentity?: UserIdentity
}

/** Gives records the positions that they lack, in order. */
export class RecordNumbers {
  #last = 0n

  position({ sequenceNumber, subSequenceNumber = 0 }: TestPosition): {
    sequenceNumber: string
    subSequenceNumber: number
  } {
    if (sequenceNumber !== undefined) this.#last = BigInt(sequenceNumber)
    else if (subSequenceNumber === 0 || this.#last === 0n) this.#last++
    return { sequenceNumber: sequenceNumber ?? String(this.#last), subSequenceNumber }
  }
}

/** A Kinesis record as the wire has it. */
export function kinesisOnWire(record: TestRecord, numbers: RecordNumbers, nowMs: number): WireRecord {
  assertRecord(record)
  const { data = '', partitionKey = null, explicitHashKey = null } = record
  const position = numbers.position(record)
  return {
    ...position,
    partitionKey,
    explicitHashKey,
    approximateArrivalTimestamp: new Date(record.arrivedAt ?? nowMs),
    encryptionType: 'NONE',
    aggregated: record.aggregated ?? position.subSequenceNumber > 0,
    data: typeof data === 'string' ? Buffer.from(data) : Buffer.from(data),
  }
}

/** A DynamoDB stream record as the wire has it, in binary or as the adapter's JSON. */
export function changeOnWire(
  change: TestChange<object>,
  numbers: RecordNumbers,
  nowMs: number,
  format: RecordFormat,
): WireRecord {
  assertChange(change)
  const { keys, newImage, oldImage, eventId, userIdentity, streamViewType = 'NEW_AND_OLD_IMAGES' } = change
  const approximateArrivalTimestamp = new Date(change.arrivedAt ?? nowMs)
  const record: StreamRecordJson = {
    eventName: change.eventName ?? eventNameOf(change),
    ...(eventId === undefined ? {} : { eventID: eventId }),
    ...(userIdentity === undefined ? {} : { userIdentity }),
    dynamodb: {
      Keys: encodeItem(keys),
      ...(newImage === undefined ? {} : { NewImage: encodeItem(newImage) }),
      ...(oldImage === undefined ? {} : { OldImage: encodeItem(oldImage) }),
      StreamViewType: streamViewType,
    },
  }
  return {
    ...numbers.position(change),
    partitionKey: null,
    explicitHashKey: null,
    approximateArrivalTimestamp,
    encryptionType: null,
    aggregated: false,
    data:
      format === 'dynamodb-binary'
        ? encodeDynamodbRecord(record)
        : adapterJson(record, approximateArrivalTimestamp.getTime()),
  }
}

function adapterJson(record: StreamRecordJson, createdMs: number): Buffer {
  const dynamodb = { ...record.dynamodb, ApproximateCreationDateTime: createdMs }
  const text = JSON.stringify({ ...record, dynamodb }, function (this: Record<string, unknown>, name, value: unknown) {
    // A Buffer has a JSON of its own, which stands in `value` already.
    const bytes = this[name]
    return bytes instanceof Uint8Array ? Buffer.from(bytes).toString('base64') : value
  })
  return Buffer.from(text)
}

function eventNameOf({ newImage, oldImage }: TestChange<object>): 'INSERT' | 'MODIFY' | 'REMOVE' {
  if (newImage === undefined) return 'REMOVE'
  return oldImage === undefined ? 'INSERT' : 'MODIFY'
}
