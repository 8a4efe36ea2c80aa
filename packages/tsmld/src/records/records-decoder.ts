import type { WireRecord } from '../protocol/messages.ts'
import type { NumberForm } from './attribute-value.ts'
import type { DynamodbRecord } from './dynamodb-record.ts'
import { decodeDynamodbRecord } from './dynamodb-stream-record.ts'
import type { KinesisRecord } from './record.ts'

/** Turns the wire's records into a processor's. @throws ProtocolError on a DynamoDB record that is none. */
export type RecordsDecoder<R> = (records: readonly WireRecord[]) => readonly R[]

/** What decodes the records of one type of stream: Kinesis records are the wire's own. */
export function recordsDecoder(
  type: 'kinesis' | 'dynamodb',
  numbers: NumberForm,
): RecordsDecoder<KinesisRecord | DynamodbRecord<object>> {
  return type === 'kinesis'
    ? records => records
    : records => records.map(record => decodeDynamodbRecord(record.data, record, numbers))
}
