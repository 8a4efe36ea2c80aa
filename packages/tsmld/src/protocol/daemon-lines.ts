// The daemon's side of `json-lines`, for tests, the fake daemon and benches.
import { daemonMessageToJson } from './daemon-frames.ts'
import type { JsonObject } from './json-fields.ts'
import type { DaemonMessage, WireRecord } from './messages.ts'

/** Whose lines: KCL 1's (versions 1 and 2 of the protocol), which end a shard by `shutdown`, or those of KCL 2 and 3. */
export type LinesVersion = 'version 1' | 'version 2' | 'KCL 3'

/** Writes a daemon's message as one line. @throws RangeError for `leaseLosing`, which lines do not have. */
export function encodeDaemonLine(message: DaemonMessage, version: LinesVersion = 'KCL 3'): Buffer {
  return Buffer.from(`${JSON.stringify(toJson(message, version))}\n`, 'utf8')
}

function toJson(message: DaemonMessage, version: LinesVersion): JsonObject {
  const oldest = version === 'version 1'
  switch (message.kind) {
    case 'leaseLosing':
      throw new RangeError('leaseLosing exists over frames only')
    case 'leaseLost':
      return version === 'KCL 3' ? { action: 'leaseLost' } : { action: 'shutdown', reason: 'ZOMBIE' }
    case 'shardEnded':
      return version === 'KCL 3' ? { action: 'shardEnded' } : { action: 'shutdown', reason: 'TERMINATE' }
    case 'initialize':
      return oldest ? { action: 'initialize', shardId: message.shardId } : daemonMessageToJson(message)
    case 'checkpointAnswered':
      return oldest
        ? { action: 'checkpoint', checkpoint: message.sequenceNumber, error: message.error }
        : daemonMessageToJson(message)
    case 'processRecords':
      return {
        action: 'processRecords',
        records: message.records.map(record => recordToJson(record, oldest)),
        ...(oldest ? {} : { millisBehindLatest: message.millisBehindLatest }),
      }
    case 'shutdownRequested':
      return { action: 'shutdownRequested' }
  }
}

function recordToJson(record: WireRecord, oldest: boolean): JsonObject {
  const { partitionKey, sequenceNumber } = record
  const data = record.data.toString('base64')
  if (oldest) return { data, partitionKey, sequenceNumber }
  return {
    action: 'record',
    data,
    partitionKey,
    sequenceNumber,
    subSequenceNumber: record.subSequenceNumber,
    approximateArrivalTimestamp: record.approximateArrivalTimestamp?.getTime() ?? null,
  }
}
