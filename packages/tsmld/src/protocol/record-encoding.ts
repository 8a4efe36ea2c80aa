import { isUtf8 } from 'node:buffer'
import { ProtocolError } from '../errors.ts'
import { recordFixedBytes, recordLengthBytes } from './frame-layout.ts'
import { encryptionTypes, FrameRecord, readI64, readU64, recordFlag, recordOffset } from './frame-record.ts'
import type { WireRecord } from './messages.ts'

const knownFlags = 15

/**
 * Finds the whole records of `payload`, checks each, and appends them to `records`; they are views of it.
 * @throws ProtocolError when they do not fill it exactly, or one is malformed.
 */
export function decodeRecords(payload: Buffer, records: WireRecord[]): void {
  let at = 0
  while (at < payload.length) {
    if (payload.length - at < recordLengthBytes + recordFixedBytes) throw malformed('it is cut off')
    const length = payload.readUInt32BE(at)
    at += recordLengthBytes
    if (length > payload.length - at) throw malformed(`its length is ${length}, beyond its frame`)
    records.push(decodeRecord(payload, at, at + length))
    at += length
  }
}

function decodeRecord(bytes: Buffer, start: number, end: number): FrameRecord {
  const flags = bytes[start] as number
  const encryptionType = bytes[start + recordOffset.encryptionType] as number
  const sequenceNumberLength = bytes[start + recordOffset.sequenceNumberLength] as number
  const hashKeyLength = bytes[start + recordOffset.hashKeyLength] as number
  const partitionKeyLength = bytes.readUInt16BE(start + recordOffset.partitionKeyLength)
  const textStart = start + recordOffset.text
  const digitsEnd = textStart + sequenceNumberLength + hashKeyLength
  const dataStart = digitsEnd + partitionKeyLength
  if (flags > knownFlags) throw malformed(`its flags are ${flags}`)
  if (encryptionType >= encryptionTypes.length) throw malformed('its encryption type is unknown')
  if (sequenceNumberLength === 0) throw malformed('it has no sequence number')
  if (dataStart > end) throw malformed('its keys are longer than the whole')
  if ((flags & recordFlag.partitionKey) === 0) checkAbsent(partitionKeyLength, 'partition key')
  if ((flags & recordFlag.explicitHashKey) === 0) checkAbsent(hashKeyLength, 'explicit hash key')
  checkNumbers(bytes, start, flags)
  checkDigits(bytes, textStart, digitsEnd)
  checkUtf8(bytes, digitsEnd, dataStart)
  return new FrameRecord(bytes, start, dataStart, end)
}

/** A field whose flag is not set must be 0, or a daemon with another layout would go unnoticed. */
function checkAbsent(value: number, field: string): void {
  if (value !== 0) throw malformed(`its ${field} is not given, yet not empty`)
}

function checkNumbers(bytes: Buffer, start: number, flags: number): void {
  const subSequenceNumber = readU64(bytes, start + recordOffset.subSequenceNumber)
  if (!Number.isSafeInteger(subSequenceNumber)) throw malformed('its sub-sequence number is over 2^53 - 1')
  const arrivalTimeMs = readI64(bytes, start + recordOffset.arrivalTime)
  if (!Number.isSafeInteger(arrivalTimeMs)) throw malformed('its arrival time is out of range')
  if ((flags & recordFlag.arrivalTime) === 0) checkAbsent(arrivalTimeMs, 'arrival time')
}

function checkDigits(bytes: Buffer, start: number, end: number): void {
  for (let at = start; at < end; at++) {
    const byte = bytes[at] as number
    if (byte < 0x30 || byte > 0x39) throw malformed('its sequence number or explicit hash key is not digits')
  }
}

/** Most keys are ASCII, for which a loop is quicker than a call out of JavaScript. */
function checkUtf8(bytes: Buffer, start: number, end: number): void {
  for (let at = start; at < end; at++) {
    if ((bytes[at] as number) < 0x80) continue
    if (!isUtf8(bytes.subarray(at, end))) throw malformed('its partition key is not UTF-8')
    return
  }
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
