import type { RecordFormat, WireRecord } from '../protocol/messages.ts'
import type { NumberForm } from './attribute-value.ts'
import { streamEventFromBinary } from './dynamodb-binary.ts'
import { streamEventFromJson } from './dynamodb-json.ts'
import type { DynamodbRecord } from './dynamodb-record.ts'
import { DynamodbStreamRecord, type StreamEvent } from './dynamodb-stream-record.ts'
import type { KinesisRecord } from './record.ts'

/** Turns the wire's records into a processor's. @throws ProtocolError on a DynamoDB record that is none. */
export interface RecordsDecoder<R> {
  (records: readonly WireRecord[]): readonly R[]
  /** What it decodes. */
  readonly format: RecordFormat
}

/** What decodes records of one format: Kinesis records are the wire's own. */
export function recordsDecoder(
  format: RecordFormat,
  numbers: NumberForm,
): RecordsDecoder<KinesisRecord | DynamodbRecord<object>> {
  return format === 'kinesis' ? kinesisDecoder : dynamodbDecoder(format, numbers)
}

/** Kinesis records are decoded already. */
export const kinesisDecoder: RecordsDecoder<KinesisRecord> = Object.assign(
  (records: readonly WireRecord[]): readonly KinesisRecord[] => records,
  { format: 'kinesis' as const },
)

function dynamodbDecoder(
  format: Exclude<RecordFormat, 'kinesis'>,
  numbers: NumberForm,
): RecordsDecoder<DynamodbRecord<object>> {
  const eventOf =
    format === 'dynamodb-json' ? (wire: WireRecord) => streamEventFromJson(wire.data, wire) : streamEventFromBinary
  const decode = (records: readonly WireRecord[]): DynamodbRecord<object>[] =>
    records.map(wire => publicRecord(eventOf(wire), wire, numbers))
  return Object.assign(decode, { format })
}

/**
 * What decodes the records of a stream's session, whose hello named their format; a stock daemon has no hello (null), and gives the adapter's JSON.
 * @returns null for a format that no stream of this type has.
 */
export function sessionDecoder(
  type: 'kinesis' | 'dynamodb',
  format: RecordFormat | null,
  numbers: NumberForm,
): RecordsDecoder<KinesisRecord | DynamodbRecord<object>> | null {
  if (format === null) return recordsDecoder(type === 'kinesis' ? 'kinesis' : 'dynamodb-json', numbers)
  return (format === 'kinesis') === (type === 'kinesis') ? recordsDecoder(format, numbers) : null
}

/** Why a session of such a format is refused. */
export const formatRefusal = (applicationName: string, format: RecordFormat | null): string =>
  `the records of ${applicationName} are not ${String(format)}`

function publicRecord(event: StreamEvent, wire: WireRecord, numbers: NumberForm): DynamodbRecord<object> {
  return new DynamodbStreamRecord(event, wire, numbers) as unknown as DynamodbRecord<object>
}
