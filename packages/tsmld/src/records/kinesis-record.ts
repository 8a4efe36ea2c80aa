import type { WireRecord } from '../protocol/messages.ts'
import type { KinesisRecord } from './record.ts'

/** A record as the user sees it. */
export function kinesisRecord(record: WireRecord): KinesisRecord {
  const {
    sequenceNumber,
    subSequenceNumber,
    data,
    partitionKey,
    explicitHashKey,
    arrivalTimeMs,
    encryptionType,
    aggregated,
  } = record
  return {
    sequenceNumber,
    subSequenceNumber,
    data,
    partitionKey,
    explicitHashKey,
    approximateArrivalTimestamp: arrivalTimeMs === null ? null : new Date(arrivalTimeMs),
    encryptionType,
    aggregated,
  }
}
