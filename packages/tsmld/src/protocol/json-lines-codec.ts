// The MultiLangDaemon's own protocol, versions 1 and 2 (KCL 1) and the actions of KCL 2 and 3; see docs/protocol.md.
import { ProtocolError } from '../errors.ts'
import type { Codec } from './codec.ts'
import {
  type JsonObject,
  nullablePositionField,
  nullableSubSequenceNumberField,
  nullableTextField,
  textField,
} from './json-fields.ts'
import { JsonLinesDecoder } from './json-lines-decoder.ts'
import { processRecordsFromJson } from './json-lines-records.ts'
import { daemonMessageFromJson, nodeMessageToJson, unknownAction } from './message-json.ts'
import type { DaemonMessage, NodeMessage, WireRecord } from './messages.ts'

/** What a session over JSON lines accepts. */
export interface JsonLinesLimits {
  /** The greatest line, in bytes. @default 67108864 */
  readonly lineBytes: number
}

/** The limits of docs/protocol.md. */
export const defaultJsonLinesLimits: JsonLinesLimits = { lineBytes: 64 << 20 }

/** The codec of one session with a stock daemon. */
export function jsonLinesCodec(limits: Partial<JsonLinesLimits> = {}): Codec {
  const { lineBytes } = { ...defaultJsonLinesLimits, ...limits }
  const dialect = new Dialect()
  return {
    checkpointsBetweenActions: false,
    decoder: () => new JsonLinesDecoder(lineBytes, (object, records) => dialect.read(object, records)),
    encode: message => Buffer.from(`${JSON.stringify(dialect.write(message))}\n`, 'utf8'),
  }
}

/** What differs between the daemons' versions, which is seen from what they send. */
class Dialect {
  /** Version 1 (before KCL 1.7) gives no position in `initialize`, and calls a checkpoint's position `checkpoint`. */
  #isVersion1 = false
  /** KCL 1 ends a shard by `shutdown`, and awaits the status of that. */
  #saysShutdown = false

  /** @param records those of a `processRecords`, where they were read before the rest. */
  read(object: JsonObject, records: readonly WireRecord[] | null): DaemonMessage {
    switch (object['action']) {
      case 'initialize':
        return this.#readInitialize(object)
      case 'processRecords':
        return processRecordsFromJson(object, records)
      case 'shutdown':
        return this.#readShutdown(object)
      case 'checkpoint':
        return readCheckpointAnswered(object)
      case 'leaseLosing':
        throw unknownAction('leaseLosing')
      default:
        return daemonMessageFromJson(object)
    }
  }

  write(message: NodeMessage): JsonObject {
    if (
      message.kind === 'status' &&
      this.#saysShutdown &&
      (message.responseFor === 'shardEnded' || message.responseFor === 'leaseLost')
    )
      return { action: 'status', responseFor: 'shutdown' }
    if (message.kind === 'checkpoint' && this.#isVersion1)
      return { action: 'checkpoint', checkpoint: message.position?.sequenceNumber ?? null }
    return nodeMessageToJson(message)
  }

  #readInitialize(object: JsonObject): DaemonMessage {
    this.#isVersion1 = !('sequenceNumber' in object)
    return {
      kind: 'initialize',
      shardId: textField(object, 'shardId', 'initialize'),
      // Where nothing is said, all that the shard holds may follow.
      sequenceNumber: nullablePositionField(object, 'sequenceNumber', 'initialize') ?? 'TRIM_HORIZON',
      subSequenceNumber: nullableSubSequenceNumberField(object, 'subSequenceNumber', 'initialize') ?? 0,
    }
  }

  #readShutdown(object: JsonObject): DaemonMessage {
    this.#saysShutdown = true
    switch (object['reason']) {
      case 'TERMINATE':
        return { kind: 'shardEnded' }
      case 'ZOMBIE':
        return { kind: 'leaseLost' }
      default:
        throw new ProtocolError('shutdown: reason must be TERMINATE or ZOMBIE')
    }
  }
}

function readCheckpointAnswered(object: JsonObject): DaemonMessage {
  const where = 'the answer to a checkpoint'
  const sequenceNumber =
    nullablePositionField(object, 'sequenceNumber', where) ?? nullablePositionField(object, 'checkpoint', where)
  const subSequenceNumber = nullableSubSequenceNumberField(object, 'subSequenceNumber', where)
  if (sequenceNumber === null && subSequenceNumber !== null)
    throw new ProtocolError(`${where}: a subSequenceNumber without a sequenceNumber`)
  return {
    kind: 'checkpointAnswered',
    sequenceNumber,
    subSequenceNumber: sequenceNumber === null ? null : (subSequenceNumber ?? 0),
    error: nullableTextField(object, 'error', where),
  }
}
