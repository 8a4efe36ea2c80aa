import { ProtocolError } from '../errors.ts'
import { BatchAssembler } from './batch-assembler.ts'
import type { Codec, Decoder } from './codec.ts'
import { encodeJsonFrame } from './frame-encoder.ts'
import { defaultFrameLimits, type FrameLimits, frameKind, kindName } from './frame-layout.ts'
import { type Frame, FrameSplitter } from './frame-splitter.ts'
import { parseJsonObject } from './json-fields.ts'
import { daemonMessageFromJson, nodeMessageToJson } from './message-json.ts'
import type { DaemonMessage, NodeMessage } from './messages.ts'

/** The codec of a session with the embedded daemon, from the byte after its hello frame on (see {@link HelloReader}). */
export function framesCodec(limits: Partial<FrameLimits> = {}): Codec {
  return {
    checkpointsBetweenActions: true,
    decoder: () => new FrameDecoder({ ...defaultFrameLimits, ...limits }),
    encode: (message: NodeMessage) => encodeJsonFrame(frameKind.message, nodeMessageToJson(message)),
  }
}

class FrameDecoder implements Decoder {
  readonly #limits: FrameLimits
  readonly #splitter: FrameSplitter
  /** Null outside a batch. */
  #batch: BatchAssembler | null = null

  constructor(limits: FrameLimits) {
    this.#limits = limits
    this.#splitter = new FrameSplitter(limits.payloadBytes, frameKind.records)
  }

  *push(chunk: Buffer): Generator<DaemonMessage, void, undefined> {
    for (const frame of this.#splitter.push(chunk)) {
      const message = this.#take(frame)
      if (message !== null) yield message
    }
  }

  end(): void {
    this.#splitter.end()
    if (this.#batch !== null) throw new ProtocolError('the connection ended inside a batch')
  }

  #take(frame: Frame): DaemonMessage | null {
    const { kind, payload } = frame
    if (kind >= frameKind.firstSkipped) return null
    const batch = this.#batch
    if (batch === null) return this.#takeOutsideBatch(kind, payload)
    if (batch.insideRecord && kind !== frameKind.recordPart)
      throw new ProtocolError(`a frame of kind ${kindName(kind)} between the parts of a record`)
    return this.#takeInsideBatch(batch, frame)
  }

  #takeOutsideBatch(kind: number, payload: Buffer): DaemonMessage | null {
    switch (kind) {
      case frameKind.message:
        return daemonMessageFromJson(parseJsonObject(payload))
      case frameKind.batchStart:
        this.#batch = new BatchAssembler(payload, this.#limits)
        return null
      default:
        throw new ProtocolError(`a frame of kind ${kindName(kind)} where a message or a batch must begin`)
    }
  }

  #takeInsideBatch(batch: BatchAssembler, { kind, payload, left }: Frame): DaemonMessage | null {
    switch (kind) {
      case frameKind.records:
        batch.records(payload, left)
        return null
      case frameKind.recordPart:
        batch.recordPart(payload)
        return null
      case frameKind.batchEnd:
        this.#batch = null
        return batch.end(payload)
      case frameKind.message: {
        const message = daemonMessageFromJson(parseJsonObject(payload))
        if (message.kind !== 'leaseLosing') throw new ProtocolError(`${message.kind} inside a batch`)
        return message
      }
      default:
        throw new ProtocolError(`a frame of kind ${kindName(kind)} inside a batch`)
    }
  }
}
