import type { DynamodbRecord } from './dynamodb-record.ts'
import type { KinesisRecord, Position } from './record.ts'

/** A text that two records have in common when their order matters. @throws what decoding a DynamoDB key throws. */
export type KeyOf<R> = (record: R) => string | null

/** A Kinesis record's partition key, a DynamoDB record's item, as text; null where a record has neither. */
export function recordKey(record: Position & Partial<KinesisRecord> & Partial<DynamodbRecord>): string | null {
  if (record.partitionKey !== undefined) return record.partitionKey
  return record.keys === undefined ? null : itemKey(record.keys)
}

/** The same text for the same key, whatever the order of its attributes; different texts for different keys of one table, whose key attributes have fixed names and types. */
function itemKey(keys: Readonly<Record<string, unknown>>): string {
  let text = ''
  for (const name of Object.keys(keys).sort()) {
    const value = keys[name]
    const part =
      value instanceof Uint8Array
        ? Buffer.from(value.buffer, value.byteOffset, value.length).toString('latin1')
        : String(value)
    text += `${part.length}:${part}`
  }
  return text
}
