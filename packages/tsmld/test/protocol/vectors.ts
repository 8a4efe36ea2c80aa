// Reads test/vectors/frames.json; its README describes the format.
import { readFileSync } from 'node:fs'
import type { DaemonMessage, Hello, WireRecord } from '../../src/protocol/messages.ts'
import type { FromNode } from '../../src/protocol/node-message-decoder.ts'

/** Bytes as the vectors write them. */
export type Piece = string | { readonly utf8: string } | { readonly repeat: string; readonly times: number }

interface RawVector {
  readonly name: string
  readonly direction: 'toNode' | 'toDaemon'
  readonly phase: 'connection' | 'session'
  readonly bytes: readonly Piece[]
  readonly hello?: Hello
  readonly messages?: readonly object[]
  readonly error?: true
  readonly atEnd?: true
  readonly refusable?: boolean
  readonly canonical?: true
}

interface RawRecord extends Omit<WireRecord, 'data' | 'approximateArrivalTimestamp'> {
  readonly arrivalTimeMs: number | null
  readonly data: readonly Piece[]
}

/** A vector with its pieces put together. */
export interface Vector extends Omit<RawVector, 'bytes' | 'messages'> {
  readonly bytes: Buffer
  readonly messages: readonly (DaemonMessage | FromNode)[]
}

/** Puts pieces together. */
export function join(pieces: readonly Piece[]): Buffer {
  return Buffer.concat(
    pieces.map(piece => {
      if (typeof piece === 'string') return Buffer.from(piece, 'hex')
      if ('utf8' in piece) return Buffer.from(piece.utf8, 'utf8')
      return Buffer.alloc((piece.repeat.length / 2) * piece.times, Buffer.from(piece.repeat, 'hex'))
    }),
  )
}

function revive(message: object): DaemonMessage | FromNode {
  if (!('records' in message)) return message as DaemonMessage | FromNode
  const records = message.records as readonly RawRecord[]
  return {
    ...message,
    records: records.map(({ arrivalTimeMs, data, ...rest }) => ({
      ...rest,
      approximateArrivalTimestamp: arrivalTimeMs === null ? null : new Date(arrivalTimeMs),
      data: join(data),
    })),
  } as unknown as DaemonMessage
}

const file = new URL('../vectors/frames.json', import.meta.url)

/** Every vector of frames.json. */
export const vectors: readonly Vector[] = (JSON.parse(readFileSync(file, 'utf8')) as readonly RawVector[]).map(raw => ({
  ...raw,
  bytes: join(raw.bytes),
  messages: (raw.messages ?? []).map(revive),
}))
