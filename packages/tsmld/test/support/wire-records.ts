import type { DaemonMessage, WireRecord } from '../../src/protocol/messages.ts'

/** A record with sequence number `n`. */
export function wireRecord(n: number, subSequenceNumber = 0): WireRecord {
  return {
    sequenceNumber: String(n),
    subSequenceNumber,
    partitionKey: `key-${n}`,
    explicitHashKey: null,
    approximateArrivalTimestamp: new Date(1_700_000_000_000 + n),
    encryptionType: null,
    aggregated: null,
    data: Buffer.from(`data ${n}`),
  }
}

/** A batch of records with these sequence numbers. */
export function batch(...numbers: number[]): DaemonMessage {
  return {
    kind: 'processRecords',
    records: numbers.map(n => wireRecord(n)),
    millisBehindLatest: 5,
    atShardEnd: false,
  }
}

/** The daemon's `initialize`. */
export function initialize(shardId = 'shardId-000000000000', sequenceNumber = 'TRIM_HORIZON'): DaemonMessage {
  return { kind: 'initialize', shardId, sequenceNumber, subSequenceNumber: 0 }
}

/** The daemon's answer to a checkpoint. */
export function answered(sequenceNumber: number | null, error: string | null = null, sub = 0): DaemonMessage {
  return {
    kind: 'checkpointAnswered',
    sequenceNumber: sequenceNumber === null ? null : String(sequenceNumber),
    subSequenceNumber: sequenceNumber === null ? null : sub,
    error,
  }
}
