// How a daemon in memory speaks, over either codec: what it says, and how what it says can be broken.
import { encodeDaemonMessage } from '../protocol/daemon-frames.ts'
import { encodeDaemonLine, type LinesVersion } from '../protocol/daemon-lines.ts'
import { framesCodec } from '../protocol/frame-codec.ts'
import { encodeFrame, encodeJsonFrame } from '../protocol/frame-encoder.ts'
import { frameHeaderBytes, frameKind } from '../protocol/frame-layout.ts'
import { defaultJsonLinesLimits, jsonLinesCodec } from '../protocol/json-lines-codec.ts'
import type { DaemonMessage } from '../protocol/messages.ts'
import { type NodeMessageDecoder, nodeFramesDecoder, nodeLinesDecoder } from '../protocol/node-message-decoder.ts'
import type { SessionContext } from '../session/shard-session.ts'

/** One codec, from the daemon's side. */
export interface DaemonWire {
  /** Node's side of it. */
  readonly newCodec: SessionContext<never>['newCodec']
  readonly newDecoder: () => NodeMessageDecoder
  /** Whether a connection begins with a hello, which names its lease. */
  readonly hasHello: boolean
  /** The messages that it does not have. */
  readonly unsaid: readonly DaemonMessage['kind'][]
  /** A message in its pieces; a batch has two or more, of which the last ends it. */
  readonly encode: (message: DaemonMessage) => readonly Buffer[]
  /** An action that no daemon has. */
  readonly unknownAction: () => Buffer
  /** What is no message at all. */
  readonly garbage: () => Buffer
  /** More than one message may hold. */
  readonly oversized: () => Iterable<Buffer>
}

const text = 'neither a message nor a record'
const unknown = { action: 'unknown' }

/** The embedded daemon's frames. */
export const framesWire: DaemonWire = {
  newCodec: () => framesCodec(),
  newDecoder: () => nodeFramesDecoder(),
  hasHello: true,
  unsaid: [],
  encode: message => encodeDaemonMessage(message),
  unknownAction: () => encodeJsonFrame(frameKind.message, unknown),
  garbage: () => encodeFrame(frameKind.message, Buffer.from(text)),
  oversized: () => [Buffer.alloc(frameHeaderBytes, 0xff)],
}

/** A stock daemon's lines. */
export const linesWire = (version: LinesVersion): DaemonWire => ({
  newCodec: () => jsonLinesCodec(),
  newDecoder: () => nodeLinesDecoder(),
  hasHello: false,
  unsaid: ['leaseLosing'],
  encode: message => {
    const line = encodeDaemonLine(message, version)
    const half = line.length >> 1
    return [line.subarray(0, half), line.subarray(half, -1), line.subarray(-1)]
  },
  unknownAction: () => Buffer.from(`${JSON.stringify(unknown)}\n`),
  garbage: () => Buffer.from(`${text}\n`),
  *oversized() {
    const chunkBytes = 1 << 20
    for (let bytes = 0; bytes <= defaultJsonLinesLimits.lineBytes; bytes += chunkBytes)
      yield Buffer.alloc(chunkBytes, 'x')
  },
})
