// The daemon's side of `frames`, for tests, the fake daemon and benches: what the Java program does, in TypeScript.
import { encodeFrame, encodeJsonFrame } from './frame-encoder.ts'
import { defaultFrameLimits, frameKind, framesVersion, magic } from './frame-layout.ts'
import type { JsonObject } from './json-fields.ts'
import type { DaemonMessage, Hello } from './messages.ts'
import { encodeRecord } from './record-encoding.ts'

type ProcessRecords = Extract<DaemonMessage, { kind: 'processRecords' }>

/** Writes the preamble and the hello frame. */
export function encodeHello(hello: Hello): Buffer {
  return Buffer.concat([magic, Buffer.of(framesVersion), encodeJsonFrame(frameKind.hello, { ...hello })])
}

/** Writes a daemon's message as its frames, one Buffer each; records are packed into frames of at most `payloadBytes`. */
export function encodeDaemonMessage(
  message: DaemonMessage,
  payloadBytes: number = defaultFrameLimits.payloadBytes,
): Buffer[] {
  return message.kind === 'processRecords'
    ? encodeBatch(message, payloadBytes)
    : [encodeJsonFrame(frameKind.message, daemonMessageToJson(message))]
}

/** The JSON of every message but `processRecords`, the same over both codecs. */
export function daemonMessageToJson(message: Exclude<DaemonMessage, ProcessRecords>): JsonObject {
  if (message.kind === 'checkpointAnswered') {
    const { sequenceNumber, subSequenceNumber, error } = message
    return { action: 'checkpoint', sequenceNumber, subSequenceNumber, error }
  }
  if (message.kind === 'initialize') {
    const { shardId, sequenceNumber, subSequenceNumber } = message
    return { action: 'initialize', shardId, sequenceNumber, subSequenceNumber }
  }
  return { action: message.kind }
}

function encodeBatch(message: ProcessRecords, payloadBytes: number): Buffer[] {
  const records = message.records.map(encodeRecord)
  const bytes = records.reduce((sum, record) => sum + record.length, 0)
  return [
    encodeBatchStart(message, bytes),
    ...packRecords(records, payloadBytes),
    encodeFrame(frameKind.batchEnd, encodeCounts(records.length, bytes)),
  ]
}

function encodeBatchStart(message: ProcessRecords, bytes: number): Buffer {
  const rest = Buffer.alloc(9)
  rest.writeUInt8((message.millisBehindLatest === null ? 0 : 1) | (message.atShardEnd ? 2 : 0), 0)
  rest.writeBigInt64BE(BigInt(message.millisBehindLatest ?? 0), 1)
  return encodeFrame(frameKind.batchStart, Buffer.concat([encodeCounts(message.records.length, bytes), rest]))
}

function encodeCounts(count: number, bytes: number): Buffer {
  const counts = Buffer.alloc(12)
  counts.writeUInt32BE(count, 0)
  counts.writeBigUInt64BE(BigInt(bytes), 4)
  return counts
}

function* packRecords(records: readonly Buffer[], payloadBytes: number): Generator<Buffer, void, undefined> {
  let packed: Buffer[] = []
  let packedBytes = 0
  for (const record of records) {
    if (packedBytes > 0 && packedBytes + record.length > payloadBytes) {
      yield encodeFrame(frameKind.records, Buffer.concat(packed))
      packed = []
      packedBytes = 0
    }
    if (record.length <= payloadBytes) {
      packed.push(record)
      packedBytes += record.length
      continue
    }
    for (let at = 0; at < record.length; at += payloadBytes)
      yield encodeFrame(frameKind.recordPart, record.subarray(at, at + payloadBytes))
  }
  if (packedBytes > 0) yield encodeFrame(frameKind.records, Buffer.concat(packed))
}
