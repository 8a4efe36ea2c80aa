import type { WireRecord } from '../protocol/messages.ts'
import type { NumberForm } from './attribute-value.ts'
import type { DynamodbRecord } from './dynamodb-record.ts'
import { decodeDynamodbRecord } from './dynamodb-stream-record.ts'
import type { KinesisRecord } from './record.ts'

/** What turns the wire's records into a processor's; a DynamoDB record that is none makes it throw a ProtocolError. */
export function recordDecoder(
  type: 'kinesis' | 'dynamodb',
  numbers: NumberForm,
): (record: WireRecord) => KinesisRecord | DynamodbRecord<object> {
  return type === 'kinesis' ? kinesisRecord : record => decodeDynamodbRecord(record.data, record, numbers)
}

function kinesisRecord({ arrivalTimeMs, ...record }: WireRecord): KinesisRecord {
  return { ...record, approximateArrivalTimestamp: arrivalTimeMs === null ? null : new Date(arrivalTimeMs) }
}
