import type { WireRecord } from './messages.ts'

/** Every field of a record whose fields are decoded when they are read, as own properties: what `JSON.stringify` and `console.log` show of it. */
export function everyField(record: WireRecord): WireRecord {
  return {
    sequenceNumber: record.sequenceNumber,
    subSequenceNumber: record.subSequenceNumber,
    partitionKey: record.partitionKey,
    explicitHashKey: record.explicitHashKey,
    approximateArrivalTimestamp: record.approximateArrivalTimestamp,
    encryptionType: record.encryptionType,
    aggregated: record.aggregated,
    data: record.data,
  }
}
