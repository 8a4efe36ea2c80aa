import { eventNames, viewTypes } from '../protocol/dynamodb-layout.ts'
import { type AttributeMap, decodeAttributes } from './attribute-value.ts'
import type { DynamodbRecord, StreamViewType } from './dynamodb-record.ts'
import { malformedRecord, type StreamEvent } from './dynamodb-stream-record.ts'
import type { Position } from './record.ts'

/*
 * The adapter's JSON, in which 1.6.1 (KCL 1) and 2.0.1 (KCL 3) agree, as both were seen to write it:
 *   { eventID, eventName, eventVersion, eventSource, awsRegion, userIdentity: { principalId, type },
 *     dynamodb: { ApproximateCreationDateTime (epoch milliseconds), Keys, NewImage, OldImage, SequenceNumber, SizeBytes, StreamViewType } }
 * Absent fields are left out, but 2.0.1 writes an image that is absent as {}: no real image is empty, for it holds the keys.
 * Binary values are base64.
 */

type Fields = Readonly<Record<string, unknown>>

/**
 * Reads a DynamoDB stream record out of the adapter's JSON.
 * @throws ProtocolError on anything else; the error holds nothing of the data.
 */
export function streamEventFromJson(data: Buffer, position: Position): StreamEvent {
  const event = parseJson(data, position)
  const change = event['dynamodb']
  if (!isFields(change) || !isFields(change['Keys'])) throw malformedRecord(position, 'has no keys')
  const eventName = event['eventName']
  if (!isOneOf(eventNames, eventName)) throw malformedRecord(position, 'has no known eventName')
  const streamViewType = change['StreamViewType']
  if (!isOneOf(viewTypes, streamViewType)) throw malformedRecord(position, 'has no known StreamViewType')
  return jsonEvent(event, change, eventName, streamViewType)
}

function jsonEvent(
  event: Fields,
  change: Fields,
  eventName: DynamodbRecord['eventName'],
  streamViewType: StreamViewType,
): StreamEvent {
  const created = change['ApproximateCreationDateTime']
  const identity = event['userIdentity']
  const parts = {
    keys: given(change['Keys']),
    newImage: given(change['NewImage']),
    oldImage: given(change['OldImage']),
  }
  return {
    eventName,
    eventId: typeof event['eventID'] === 'string' ? event['eventID'] : null,
    approximateCreationDateTime: typeof created === 'number' ? new Date(created) : null,
    sizeBytes: typeof change['SizeBytes'] === 'number' ? change['SizeBytes'] : null,
    streamViewType,
    userIdentity: isFields(identity)
      ? { principalId: textOf(identity['principalId']), type: textOf(identity['type']) }
      : null,
    attributes: (part, numbers) => {
      const attributes = parts[part]
      return attributes === null ? undefined : decodeAttributes(attributes, numbers, part)
    },
  }
}

function given(value: unknown): AttributeMap | null {
  return isFields(value) && Object.keys(value).length > 0 ? value : null
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '')

function parseJson(data: Buffer, position: Position): Fields {
  let event: unknown
  try {
    event = JSON.parse(data.toString('utf8'))
  } catch {
    throw malformedRecord(position, 'is not JSON')
  }
  if (isFields(event)) return event
  throw malformedRecord(position, 'is not a JSON object')
}

function isOneOf<T>(names: readonly (T | null)[], name: unknown): name is T {
  return name !== null && names.includes(name as T)
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
