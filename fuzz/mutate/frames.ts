import { encodeFrame } from '../../packages/tsmld/src/protocol/frame-encoder.ts'
import {
  frameHeaderBytes,
  frameKind,
  magic,
  recordLengthBytes,
} from '../../packages/tsmld/src/protocol/frame-layout.ts'
import type { Random } from '../engine/random.ts'
import { changeBytes } from './bytes.ts'
import { changeJson } from './json.ts'
import { plainBytes, type Structure } from './structure.ts'

const kinds = [...Object.values(frameKind), 0x00, 0x07, 0x7f, 0xff]
const preambleBytes = magic.length + 1

const message = (fields: object): Buffer => encodeFrame(frameKind.message, Buffer.from(JSON.stringify(fields)))

const tokens = [
  message({ action: 'leaseLost' }),
  message({ action: 'leaseLosing' }),
  message({ action: 'shardEnded' }),
  message({ action: 'shutdownRequested' }),
  message({ action: 'initialize', shardId: 'x', sequenceNumber: 'LATEST', subSequenceNumber: 0 }),
  message({ action: 'checkpoint', sequenceNumber: null, subSequenceNumber: null, error: null }),
  encodeFrame(frameKind.batchStart, Buffer.alloc(21)),
  encodeFrame(frameKind.batchEnd, Buffer.alloc(12)),
  encodeFrame(frameKind.records, Buffer.alloc(0)),
  encodeFrame(frameKind.firstSkipped, Buffer.from('later')),
]

/** Frames, with or without the preamble before them. */
export const frames: Structure = {
  ...plainBytes,
  split: splitFrames,
  changeUnit: changeFrame,
  repair: repairBatches,
  greatestBytes: 20_480,
  tokens,
}

function splitFrames(input: Buffer): Buffer[] {
  const units: Buffer[] = []
  let at = 0
  if (input.subarray(0, magic.length).equals(magic)) {
    units.push(input.subarray(0, preambleBytes))
    at = preambleBytes
  }
  while (at < input.length) {
    const whole = input.length - at >= frameHeaderBytes ? frameHeaderBytes + input.readUInt32BE(at) : input.length
    units.push(input.subarray(at, at + whole))
    at += whole
  }
  return units
}

function changeFrame(frame: Buffer, random: Random): Buffer | null {
  if (frame.length < frameHeaderBytes || frame.subarray(0, magic.length).equals(magic)) return null
  const kind = frame.readUInt8(recordLengthBytes)
  const payload = frame.subarray(frameHeaderBytes)
  switch (random.below(8)) {
    case 0:
      return encodeFrame(random.pick(kinds), payload)
    case 1: {
      const changed = Buffer.from(frame)
      changed.writeUInt32BE((frame.readUInt32BE(0) + random.pick([-1, 1, 2, -5, 256, 0x10000])) >>> 0)
      return changed
    }
    case 2: {
      // In two, as a record's parts are.
      const cut = random.below(payload.length)
      return Buffer.concat([encodeFrame(kind, payload.subarray(0, cut)), encodeFrame(kind, payload.subarray(cut))])
    }
    case 3:
      return kind === frameKind.records ? encodeFrame(frameKind.recordPart, payload) : null
    default: {
      const isJson = kind === frameKind.message || kind === frameKind.hello
      const json = isJson ? changeJson(payload, random) : null
      return encodeFrame(kind, json ?? changeBytes(payload, random, tokens))
    }
  }
}

/** Makes the lengths of frames right, and what a batch announces what it has. */
function repairBatches(units: Buffer[]): Buffer[] {
  const repaired = units.map(repairLength)
  let start = -1
  let bytes = 0
  let count = 0
  repaired.forEach((frame, index) => {
    const kind = frame[recordLengthBytes]
    const payload = frame.subarray(frameHeaderBytes)
    if (kind === frameKind.batchStart) {
      start = index
      bytes = 0
      count = 0
    } else if (kind === frameKind.records || kind === frameKind.recordPart) {
      bytes += payload.length
      count += kind === frameKind.records ? countRecords(payload) : Number(repaired[index - 1]?.[4] !== kind)
    } else if (kind === frameKind.batchEnd && start !== -1) {
      repaired[index] = withCounts(frame, count, bytes)
      repaired[start] = withCounts(repaired[start] as Buffer, count, bytes)
    }
  })
  return repaired
}

function repairLength(frame: Buffer): Buffer {
  const isFrame = frame.length >= frameHeaderBytes && !frame.subarray(0, magic.length).equals(magic)
  return isFrame ? encodeFrame(frame.readUInt8(recordLengthBytes), frame.subarray(frameHeaderBytes)) : frame
}

function countRecords(payload: Buffer): number {
  let count = 0
  for (let at = 0; at + recordLengthBytes <= payload.length; count++) at += recordLengthBytes + payload.readUInt32BE(at)
  return count
}

function withCounts(frame: Buffer, count: number, bytes: number): Buffer {
  if (frame.length < frameHeaderBytes + 12) return frame
  const changed = Buffer.from(frame)
  changed.writeUInt32BE(count, frameHeaderBytes)
  changed.writeBigUInt64BE(BigInt(bytes), frameHeaderBytes + 4)
  return changed
}
