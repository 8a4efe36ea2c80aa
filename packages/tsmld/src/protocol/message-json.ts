import { ProtocolError } from '../errors.ts'
import { excerpt } from './excerpt.ts'
import {
  type JsonObject,
  nullablePositionField,
  nullableSubSequenceNumberField,
  nullableTextField,
  textField,
  wrongField,
} from './json-fields.ts'
import type { DaemonMessage, NodeMessage } from './messages.ts'

/** Reads a daemon's message as the frames have it: every field present, no `processRecords`. @throws ProtocolError */
export function daemonMessageFromJson(object: JsonObject): DaemonMessage {
  const action = object['action']
  switch (action) {
    case 'initialize':
      return initializeFromJson(object)
    case 'leaseLost':
    case 'shardEnded':
    case 'shutdownRequested':
    case 'leaseLosing':
      return { kind: action }
    case 'checkpoint':
      return checkpointAnsweredFromJson(object)
    default:
      throw unknownAction(action)
  }
}

function initializeFromJson(object: JsonObject): DaemonMessage {
  const sequenceNumber = nullablePositionField(object, 'sequenceNumber', 'initialize')
  const subSequenceNumber = nullableSubSequenceNumberField(object, 'subSequenceNumber', 'initialize')
  if (sequenceNumber === null) throw wrongField('initialize', 'sequenceNumber', 'given', null)
  if (subSequenceNumber === null) throw wrongField('initialize', 'subSequenceNumber', 'given', null)
  return { kind: 'initialize', shardId: textField(object, 'shardId', 'initialize'), sequenceNumber, subSequenceNumber }
}

function checkpointAnsweredFromJson(object: JsonObject): DaemonMessage {
  const where = 'the answer to a checkpoint'
  const sequenceNumber = nullablePositionField(object, 'sequenceNumber', where)
  const subSequenceNumber = nullableSubSequenceNumberField(object, 'subSequenceNumber', where)
  if ((sequenceNumber === null) !== (subSequenceNumber === null))
    throw new ProtocolError(`${where}: sequenceNumber and subSequenceNumber must both be given, or neither`)
  return {
    kind: 'checkpointAnswered',
    sequenceNumber,
    subSequenceNumber,
    error: nullableTextField(object, 'error', where),
  }
}

/** The error of an action that this direction does not have. */
export function unknownAction(action: unknown): ProtocolError {
  return new ProtocolError(`an unexpected action: ${typeof action === 'string' ? excerpt(action) : typeof action}`)
}

/** Writes what Node says as the MultiLangDaemon's JSON. */
export function nodeMessageToJson(message: NodeMessage): JsonObject {
  switch (message.kind) {
    case 'status':
      return { action: 'status', responseFor: message.responseFor }
    case 'checkpoint':
      return {
        action: 'checkpoint',
        sequenceNumber: message.position?.sequenceNumber ?? null,
        subSequenceNumber: message.position?.subSequenceNumber ?? null,
      }
  }
}
