import type { JsonCursor } from './json-cursor.ts'
import { LineRecord, type RecordSpans } from './line-record.ts'

const quote = 0x22
const openBrace = 0x7b
const closeBrace = 0x7d
const colon = 0x3a
const comma = 0x2c
const equalsSign = 0x3d
const greatestSequenceNumber = 255

const keys = {
  data: Buffer.from('"data"'),
  partitionKey: Buffer.from('"partitionKey"'),
  sequenceNumber: Buffer.from('"sequenceNumber"'),
  subSequenceNumber: Buffer.from('"subSequenceNumber"'),
  approximateArrivalTimestamp: Buffer.from('"approximateArrivalTimestamp"'),
}

/**
 * Takes the record at the cursor and decodes its data **in the cursor's bytes**, which base64 always has room for. Null, and the bytes as they were, where the record is not of the plain form, is
 * faulty, or is cut off: `JSON.parse` must say which. Its fields may come in any order, others among them.
 */
export function takeRecord(cursor: JsonCursor): LineRecord | null {
  if (!cursor.take(openBrace)) return null
  const spans = new Spans()
  do {
    if (!takeField(cursor, spans)) return null
  } while (cursor.take(comma))
  if (!cursor.take(closeBrace)) return null
  if (spans.sequenceNumber === 0) return null
  return decodeData(cursor.bytes, spans) ? new LineRecord(cursor.bytes, spans) : null
}

class Spans implements RecordSpans {
  sequenceNumber = 0
  sequenceNumberEnd = 0
  partitionKey = -1
  partitionKeyEnd = -1
  data = 0
  dataEnd = 0
  subSequenceNumber = 0
  arrivalTimeMs = -1
}

function takeField(cursor: JsonCursor, spans: Spans): boolean {
  if (cursor.peek() !== quote) return false
  if (takeKey(cursor, keys.data)) return cursor.take(colon) && takeData(cursor, spans)
  if (takeKey(cursor, keys.partitionKey)) return cursor.take(colon) && takePartitionKey(cursor, spans)
  if (takeKey(cursor, keys.sequenceNumber)) return cursor.take(colon) && takeSequenceNumber(cursor, spans)
  if (takeKey(cursor, keys.approximateArrivalTimestamp)) return cursor.take(colon) && takeArrivalTime(cursor, spans)
  if (takeKey(cursor, keys.subSequenceNumber)) return cursor.take(colon) && takeSubSequenceNumber(cursor, spans)
  return cursor.takeString() && cursor.take(colon) && cursor.takeScalar()
}

/** Mostly the first letter tells. */
function takeKey(cursor: JsonCursor, key: Buffer): boolean {
  const { bytes, at } = cursor
  if (at + key.length > bytes.length) return false
  for (let index = 1; index < key.length; index++) if (bytes[at + index] !== key[index]) return false
  cursor.at = at + key.length
  return true
}

function takeData(cursor: JsonCursor, spans: Spans): boolean {
  // What a second one replaces would go unchecked.
  if (spans.data !== 0) return false
  if (cursor.takeNull()) return true
  if (!cursor.takeUncheckedString()) return false
  spans.data = cursor.start
  spans.dataEnd = cursor.end
  return true
}

function takePartitionKey(cursor: JsonCursor, spans: Spans): boolean {
  const given = !cursor.takeNull()
  if (given && !cursor.takeString()) return false
  spans.partitionKey = given ? cursor.start : -1
  spans.partitionKeyEnd = cursor.end
  return true
}

function takeSequenceNumber(cursor: JsonCursor, spans: Spans): boolean {
  if (!cursor.takeDigits()) return false
  spans.sequenceNumber = cursor.start
  spans.sequenceNumberEnd = cursor.end
  return cursor.end - cursor.start <= greatestSequenceNumber
}

function takeSubSequenceNumber(cursor: JsonCursor, spans: Spans): boolean {
  if (!cursor.takeNullableInteger(0)) return false
  spans.subSequenceNumber = cursor.integer
  return true
}

function takeArrivalTime(cursor: JsonCursor, spans: Spans): boolean {
  if (!cursor.takeNullableInteger(-1)) return false
  spans.arrivalTimeMs = cursor.integer
  return true
}

/** Node skips what is no base64 in silence; the length tells it. An escape, which is none either, shows in the same way. */
function decodeData(bytes: Buffer, spans: Spans): boolean {
  const { data, dataEnd } = spans
  if (data === dataEnd) return true
  const text = bytes.toString('latin1', data, dataEnd)
  const padding = bytes[dataEnd - 1] !== equalsSign ? 0 : bytes[dataEnd - 2] !== equalsSign ? 1 : 2
  const decoded = bytes.write(text, data, 'base64')
  if (decoded !== (text.length / 4) * 3 - padding) {
    bytes.write(text, data, 'latin1')
    return false
  }
  spans.dataEnd = data + decoded
  return true
}
