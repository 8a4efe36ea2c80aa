// One encoded record of docs/protocol.md, from the end of its length field (u32) on:
//    0 flags · 1 encryption type · 2 s (u8) · 3 h (u8) · 4 p (u16) · 6 sub-sequence number (u64) · 14 arrival time (i64)
//   22 sequence number (s) · explicit hash key (h) · partition key (p) · data (the rest)
import { isUtf8 } from 'node:buffer'
import { ProtocolError } from '../errors.ts'
import { recordFixedBytes, recordLengthBytes } from './frame-layout.ts'
import type { WireRecord } from './messages.ts'

const flag = { partitionKey: 1, explicitHashKey: 2, arrivalTime: 4, aggregated: 8 } as const
const knownFlags = 15
const encryptionTypes = [null, 'NONE', 'KMS'] as const
const twoTo32 = 0x1_0000_0000

/**
 * Decodes the whole records of `payload` and appends them to `records`; their data are views of it.
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

function decodeRecord(bytes: Buffer, start: number, end: number): WireRecord {
  const flags = bytes[start] as number
  const encryptionType = encryptionTypes[bytes[start + 1] as number]
  const sequenceNumberLength = bytes[start + 2] as number
  const hashKeyLength = bytes[start + 3] as number
  const partitionKeyLength = bytes.readUInt16BE(start + 4)
  const textStart = start + recordFixedBytes
  const digitsEnd = textStart + sequenceNumberLength + hashKeyLength
  const dataStart = digitsEnd + partitionKeyLength
  if (flags > knownFlags) throw malformed(`its flags are ${flags}`)
  if (encryptionType === undefined) throw malformed('its encryption type is unknown')
  if (sequenceNumberLength === 0) throw malformed('it has no sequence number')
  if (dataStart > end) throw malformed('its keys are longer than the whole')
  checkDigits(bytes, textStart, digitsEnd)
  // The three texts in one call, which costs more than all else here; digits are a byte a character.
  const text = bytes.toString('utf8', textStart, dataStart)
  checkUtf8(text, bytes, digitsEnd, dataStart)
  const arrivalTimeMs = decodeArrivalTime(bytes, start + 14)
  return {
    sequenceNumber: text.slice(0, sequenceNumberLength),
    subSequenceNumber: decodeSubSequenceNumber(bytes, start + 6),
    partitionKey:
      (flags & flag.partitionKey) === 0
        ? absent(partitionKeyLength, 'partition key')
        : text.slice(sequenceNumberLength + hashKeyLength),
    explicitHashKey:
      (flags & flag.explicitHashKey) === 0
        ? absent(hashKeyLength, 'explicit hash key')
        : text.slice(sequenceNumberLength, sequenceNumberLength + hashKeyLength),
    arrivalTimeMs: (flags & flag.arrivalTime) === 0 ? absent(arrivalTimeMs, 'arrival time') : arrivalTimeMs,
    encryptionType,
    aggregated: (flags & flag.aggregated) !== 0,
    data: bytes.subarray(dataStart, end),
  }
}

/** A field whose flag is not set must be 0, or a daemon with another layout would go unnoticed. */
function absent(value: number, field: string): null {
  if (value !== 0) throw malformed(`its ${field} is not given, yet not empty`)
  return null
}

function checkDigits(bytes: Buffer, start: number, end: number): void {
  for (let at = start; at < end; at++) {
    const byte = bytes[at] as number
    if (byte < 0x30 || byte > 0x39) throw malformed('its sequence number or explicit hash key is not digits')
  }
}

/** Only a text with a replacement character can have been invalid: nearly all are checked by this alone. */
function checkUtf8(text: string, bytes: Buffer, start: number, end: number): void {
  if (text.includes('\ufffd') && !isUtf8(bytes.subarray(start, end))) throw malformed('its partition key is not UTF-8')
}

function decodeSubSequenceNumber(bytes: Buffer, at: number): number {
  const value = bytes.readUInt32BE(at) * twoTo32 + bytes.readUInt32BE(at + 4)
  if (!Number.isSafeInteger(value)) throw malformed('its sub-sequence number is over 2^53 - 1')
  return value
}

function decodeArrivalTime(bytes: Buffer, at: number): number {
  const value = bytes.readInt32BE(at) * twoTo32 + bytes.readUInt32BE(at + 4)
  if (!Number.isSafeInteger(value)) throw malformed('its arrival time is out of range')
  return value
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
    (record.partitionKey === null ? 0 : flag.partitionKey) |
      (record.explicitHashKey === null ? 0 : flag.explicitHashKey) |
      (record.arrivalTimeMs === null ? 0 : flag.arrivalTime) |
      (record.aggregated === true ? flag.aggregated : 0),
    4,
  )
  fixed.writeUInt8(encryptionTypes.indexOf(record.encryptionType), 5)
  fixed.writeUInt8(sequenceNumber.length, 6)
  fixed.writeUInt8(hashKey.length, 7)
  fixed.writeUInt16BE(partitionKey.length, 8)
  fixed.writeBigUInt64BE(BigInt(record.subSequenceNumber), 10)
  fixed.writeBigInt64BE(BigInt(record.arrivalTimeMs ?? 0), 18)
  return Buffer.concat([fixed, sequenceNumber, hashKey, partitionKey, record.data])
}
