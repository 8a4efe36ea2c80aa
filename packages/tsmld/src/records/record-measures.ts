import type { DynamodbRecord } from './dynamodb-record.ts'
import type { KinesisRecord, Position } from './record.ts'

type AnyRecord = Position & Partial<KinesisRecord> & Partial<DynamodbRecord>

/** A record's size as its stream counts it; 0 where that is not known. */
export const recordBytes = (record: AnyRecord): number => record.data?.length ?? record.sizeBytes ?? 0

/** How long ago its stream took a record, in milliseconds, never below 0; null where the daemon does not say. */
export function recordDelayMs(record: AnyRecord, now: number): number | null {
  const arrival = record.approximateArrivalTimestamp ?? record.approximateCreationDateTime ?? null
  return arrival === null ? null : Math.max(0, now - arrival.getTime())
}
