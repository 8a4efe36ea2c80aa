// How a daemon reads Node, for tests, the fake daemon and benches.
import { ProtocolError } from '../errors.ts'
import { defaultFrameLimits, frameKind, kindName } from './frame-layout.ts'
import { FrameSplitter } from './frame-splitter.ts'
import {
  type JsonObject,
  nullablePositionField,
  nullableSubSequenceNumberField,
  parseJsonObject,
  textField,
  wrongField,
} from './json-fields.ts'
import { defaultJsonLinesLimits } from './json-lines-codec.ts'
import { LineSplitter } from './line-splitter.ts'
import { unknownAction } from './message-json.ts'
import type { Action, WirePosition } from './messages.ts'

/** What comes from Node: its messages, KCL 1's status of `shutdown` over lines, a refusal over frames. */
export type FromNode =
  | { readonly kind: 'status'; readonly responseFor: Action | 'shutdown' }
  | { readonly kind: 'checkpoint'; readonly position: WirePosition | null }
  | { readonly kind: 'refusal'; readonly reason: string }

/** Turns the bytes that Node sends into its messages, whatever the chunks. */
export interface NodeMessageDecoder {
  /** The messages that `chunk` completes; iterate to the end before the next push. @throws ProtocolError while iterating. */
  push(chunk: Buffer): Iterable<FromNode>
  /** @throws ProtocolError when the stream ended inside a message. */
  end(): void
}

const actions: readonly string[] = [
  'initialize',
  'processRecords',
  'leaseLost',
  'shardEnded',
  'shutdownRequested',
] satisfies Action[]

/** Reads what Node sends over frames. */
export function nodeFramesDecoder(payloadBytes: number = defaultFrameLimits.payloadBytes): NodeMessageDecoder {
  const splitter = new FrameSplitter(payloadBytes)
  return {
    *push(chunk: Buffer) {
      for (const { kind, payload } of splitter.push(chunk)) {
        if (kind === frameKind.message) yield fromNode(parseJsonObject(payload), 'frames')
        else if (kind === frameKind.refusal) yield refusal(parseJsonObject(payload))
        else if (kind < frameKind.firstSkipped) throw new ProtocolError(`a frame of kind ${kindName(kind)} from Node`)
      }
    },
    end: () => {
      splitter.end()
    },
  }
}

/** Reads what Node sends over JSON lines. */
export function nodeLinesDecoder(lineBytes: number = defaultJsonLinesLimits.lineBytes): NodeMessageDecoder {
  const splitter = new LineSplitter(lineBytes)
  return {
    *push(chunk: Buffer) {
      for (const line of splitter.push(chunk)) yield fromNode(parseJsonObject(line), 'json-lines')
    },
    end: () => {
      splitter.end()
    },
  }
}

function fromNode(object: JsonObject, codec: 'frames' | 'json-lines'): FromNode {
  switch (object['action']) {
    case 'status':
      return { kind: 'status', responseFor: responseFor(object, codec) }
    case 'checkpoint':
      return { kind: 'checkpoint', position: position(object, codec) }
    default:
      throw unknownAction(object['action'])
  }
}

function responseFor(object: JsonObject, codec: 'frames' | 'json-lines'): Action | 'shutdown' {
  const value = textField(object, 'responseFor', 'status')
  if (isAction(value)) return value
  if (value === 'shutdown' && codec === 'json-lines') return value
  throw wrongField('status', 'responseFor', 'an action', value)
}

function isAction(value: string): value is Action {
  return actions.includes(value)
}

function position(object: JsonObject, codec: 'frames' | 'json-lines'): WirePosition | null {
  if (codec === 'json-lines' && 'checkpoint' in object) {
    const sequenceNumber = nullablePositionField(object, 'checkpoint', 'checkpoint')
    return sequenceNumber === null ? null : { sequenceNumber, subSequenceNumber: 0 }
  }
  const sequenceNumber = nullablePositionField(object, 'sequenceNumber', 'checkpoint')
  const subSequenceNumber = nullableSubSequenceNumberField(object, 'subSequenceNumber', 'checkpoint')
  if (sequenceNumber !== null && subSequenceNumber !== null) return { sequenceNumber, subSequenceNumber }
  if (sequenceNumber === null && subSequenceNumber === null) return null
  throw new ProtocolError('checkpoint: sequenceNumber and subSequenceNumber must both be given, or neither')
}

function refusal(object: JsonObject): FromNode {
  return { kind: 'refusal', reason: textField(object, 'reason', 'refusal') }
}
