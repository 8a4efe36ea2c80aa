import { ProtocolError } from '../errors.ts'
import {
  isJsonObject,
  type JsonObject,
  nullableIntegerField,
  nullableSubSequenceNumberField,
  nullableTextField,
  sequenceNumberField,
} from './json-fields.ts'
import type { DaemonMessage, WireRecord } from './messages.ts'

const where = 'a record'

/**
 * Reads a `processRecords` of JSON lines; what versions 1 and 2 leave out is 0 or null.
 * @param read the records, where they were read before the rest of the line; one that names `records` again replaces them, as in all JSON.
 * @throws ProtocolError
 */
export function processRecordsFromJson(object: JsonObject, read: readonly WireRecord[] | null): DaemonMessage {
  return {
    kind: 'processRecords',
    records: read !== null && !('records' in object) ? read : recordsFromJson(object['records']),
    millisBehindLatest: nullableIntegerField(object, 'millisBehindLatest', 'processRecords'),
    atShardEnd: false,
  }
}

function recordsFromJson(records: unknown): readonly WireRecord[] {
  if (!Array.isArray(records)) throw new ProtocolError('processRecords: records must be an array')
  return records.map(recordFromJson)
}

/** Reads one record. @throws ProtocolError */
export function recordFromJson(record: unknown): WireRecord {
  if (!isJsonObject(record)) throw new ProtocolError('processRecords: a record must be an object')
  const arrivalTimeMs = nullableIntegerField(record, 'approximateArrivalTimestamp', where)
  return {
    sequenceNumber: sequenceNumberField(record, 'sequenceNumber', where),
    subSequenceNumber: nullableSubSequenceNumberField(record, 'subSequenceNumber', where) ?? 0,
    partitionKey: nullableTextField(record, 'partitionKey', where),
    explicitHashKey: null,
    approximateArrivalTimestamp: arrivalTimeMs === null ? null : new Date(arrivalTimeMs),
    encryptionType: null,
    aggregated: null,
    data: decodeBase64(record['data'] ?? ''),
  }
}

/** Node skips what is no base64 in silence; the length tells it. */
function decodeBase64(text: unknown): Buffer {
  if (typeof text !== 'string') throw new ProtocolError(`${where}: data must be base64`)
  const data = Buffer.from(text, 'base64')
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0
  if (data.length !== (text.length / 4) * 3 - padding) throw new ProtocolError(`${where}: data must be base64`)
  return data
}
