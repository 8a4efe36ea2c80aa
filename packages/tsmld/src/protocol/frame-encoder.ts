import { frameHeaderBytes } from './frame-layout.ts'
import type { JsonObject } from './json-fields.ts'

/** Writes one frame. */
export function encodeFrame(kind: number, payload: Buffer): Buffer {
  const frame = Buffer.allocUnsafe(frameHeaderBytes + payload.length)
  frame.writeUInt32BE(payload.length, 0)
  frame.writeUInt8(kind, 4)
  payload.copy(frame, frameHeaderBytes)
  return frame
}

/** Writes one frame whose payload is JSON. */
export function encodeJsonFrame(kind: number, value: JsonObject): Buffer {
  return encodeFrame(kind, Buffer.from(JSON.stringify(value), 'utf8'))
}
