import { isUtf8 } from 'node:buffer'
import { ProtocolError } from '../errors.ts'
import { recordFixedBytes, recordLengthBytes } from './frame-layout.ts'
import { encryptionTypes, FrameRecord, readI64, readU64, recordFlag, recordOffset } from './frame-record.ts'
import type { WireRecord } from './messages.ts'

const knownFlags = 15

/**
 * Finds the whole records of `bytes` from `at` on, checks each, and appends them to `records`; they are views of it.
 * Gives where it stopped: where a record begins whose end is not there yet, or at the end.
 * @param left How many bytes of the same frame come after `bytes`.
 * @throws ProtocolError when a record cannot end in its frame, or one is malformed.
 */
export function decodeRecords(bytes: Buffer, at: number, left: number, records: WireRecord[]): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  while (at < bytes.length) {
    const there = bytes.length - at - recordLengthBytes
    if (there + left < recordFixedBytes) throw malformed('it is cut off')
    if (there < 0) break
    const length = view.getUint32(at)
    if (length < recordFixedBytes) throw malformed('it is shorter than its fixed fields')
    if (length > there + left) throw malformed(`its length is ${length}, beyond its frame`)
    if (length > there) break
    const start = at + recordLengthBytes
    at = start + length
    records.push(decodeRecord(bytes, view, start, at))
  }
  return at
}

function decodeRecord(bytes: Buffer, view: DataView, start: number, end: number): FrameRecord {
  const flags = view.getUint8(start)
  const encryptionType = view.getUint8(start + recordOffset.encryptionType)
  const sequenceNumberLength = view.getUint8(start + recordOffset.sequenceNumberLength)
  const hashKeyLength = view.getUint8(start + recordOffset.hashKeyLength)
  const partitionKeyLength = view.getUint16(start + recordOffset.partitionKeyLength)
  const textStart = start + recordOffset.text
  const digitsEnd = textStart + sequenceNumberLength + hashKeyLength
  const dataStart = digitsEnd + partitionKeyLength
  if (flags > knownFlags) throw malformed(`its flags are ${flags}`)
  if (encryptionType >= encryptionTypes.length) throw malformed('its encryption type is unknown')
  if (sequenceNumberLength === 0) throw malformed('it has no sequence number')
  if (dataStart > end) throw malformed('its keys are longer than the whole')
  if ((flags & recordFlag.partitionKey) === 0) checkAbsent(partitionKeyLength, 'partition key')
  if ((flags & recordFlag.explicitHashKey) === 0) checkAbsent(hashKeyLength, 'explicit hash key')
  checkNumbers(view, start, flags)
  checkDigits(view, textStart, digitsEnd)
  checkUtf8(bytes, view, digitsEnd, dataStart)
  return new FrameRecord(bytes, view, start, dataStart, end)
}

/** A field whose flag is not set must be 0, or a daemon with another layout would go unnoticed. */
function checkAbsent(value: number, field: string): void {
  if (value !== 0) throw malformed(`its ${field} is not given, yet not empty`)
}

function checkNumbers(view: DataView, start: number, flags: number): void {
  const subSequenceNumber = readU64(view, start + recordOffset.subSequenceNumber)
  if (!Number.isSafeInteger(subSequenceNumber)) throw malformed('its sub-sequence number is over 2^53 - 1')
  const arrivalTimeMs = readI64(view, start + recordOffset.arrivalTime)
  if (!Number.isSafeInteger(arrivalTimeMs)) throw malformed('its arrival time is out of range')
  if ((flags & recordFlag.arrivalTime) === 0) checkAbsent(arrivalTimeMs, 'arrival time')
}

/** Four digits at a time, for speed: a digit has 3 for its upper half, and a lower half to which 6 can be added without a carry. */
function checkDigits(view: DataView, start: number, end: number): void {
  let others = 0
  let at = start
  for (; at + 4 <= end; at += 4) {
    const four = view.getInt32(at)
    others |= (four ^ 0x30303030) | (((four & 0x0f0f0f0f) + 0x06060606) & 0xf0f0f0f0)
  }
  // The first part leaves the lower halves, which say nothing by themselves.
  others &= 0xf0f0f0f0
  for (; at < end; at++) {
    const byte = view.getUint8(at)
    if (byte < 0x30 || byte > 0x39) others = 1
  }
  if (others !== 0) throw malformed('its sequence number or explicit hash key is not digits')
}

/** Most keys are ASCII, for which a loop is quicker than a call out of JavaScript. */
function checkUtf8(bytes: Buffer, view: DataView, start: number, end: number): void {
  let signs = 0
  let at = start
  for (; at + 4 <= end; at += 4) signs |= view.getInt32(at)
  for (; at < end; at++) signs |= view.getUint8(at)
  if ((signs & 0x80808080) !== 0 && !isUtf8(bytes.subarray(start, end)))
    throw malformed('its partition key is not UTF-8')
}

function malformed(why: string): ProtocolError {
  return new ProtocolError(`a malformed record: ${why}`)
}

/** Encodes a record as the daemon does, its length field included. @throws RangeError when a field is too long for its length. */
export function encodeRecord(record: WireRecord): Buffer {
  const sequenceNumber = Buffer.from(record.sequenceNumber, 'latin1')
  const hashKey = Buffer.from(record.explicitHashKey ?? '', 'latin1')
  const partitionKey = Buffer.from(record.partitionKey ?? '', 'utf8')
  const fixed = Buffer.alloc(recordLengthBytes + recordFixedBytes)
  const length = recordFixedBytes + sequenceNumber.length + hashKey.length + partitionKey.length + record.data.length
  fixed.writeUInt32BE(length, 0)
  fixed.writeUInt8(
    (record.partitionKey === null ? 0 : recordFlag.partitionKey) |
      (record.explicitHashKey === null ? 0 : recordFlag.explicitHashKey) |
      (record.approximateArrivalTimestamp === null ? 0 : recordFlag.arrivalTime) |
      (record.aggregated === true ? recordFlag.aggregated : 0),
    4,
  )
  fixed.writeUInt8(encryptionTypes.indexOf(record.encryptionType), 5)
  fixed.writeUInt8(sequenceNumber.length, 6)
  fixed.writeUInt8(hashKey.length, 7)
  fixed.writeUInt16BE(partitionKey.length, 8)
  fixed.writeBigUInt64BE(BigInt(record.subSequenceNumber), 10)
  fixed.writeBigInt64BE(BigInt(record.approximateArrivalTimestamp?.getTime() ?? 0), 18)
  return Buffer.concat([fixed, sequenceNumber, hashKey, partitionKey, record.data])
}
