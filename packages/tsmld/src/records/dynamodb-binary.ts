import { isUtf8 } from 'node:buffer'
import {
  dynamodbFlag,
  dynamodbFormVersion,
  dynamodbOffset,
  dynamodbPart,
  eventNames,
  viewTypes,
} from '../protocol/dynamodb-layout.ts'
import type { WireRecord } from '../protocol/messages.ts'
import { AttributeReader } from './attribute-reader.ts'
import type { NumberForm } from './attribute-value.ts'
import type { DynamodbRecord, StreamViewType, UserIdentity } from './dynamodb-record.ts'
import { type AttributesPart, malformedRecord, type StreamEvent } from './dynamodb-stream-record.ts'

const knownFlags = 31
const twoTo32 = 0x1_0000_0000

/** A stream record that lies in its chunk, its header checked. */
class BinaryStreamEvent implements StreamEvent {
  readonly #wire: WireRecord
  readonly #bytes: Buffer

  constructor(wire: WireRecord, bytes: Buffer) {
    this.#wire = wire
    this.#bytes = bytes
  }

  get eventName(): DynamodbRecord['eventName'] {
    return eventNames[this.#bytes[dynamodbOffset.eventName] as number] as DynamodbRecord['eventName']
  }

  get streamViewType(): StreamViewType {
    return viewTypes[this.#bytes[dynamodbOffset.viewType] as number] as StreamViewType
  }

  get approximateCreationDateTime(): Date | null {
    return this.#wire.approximateArrivalTimestamp
  }

  get sizeBytes(): number | null {
    return this.#has(dynamodbFlag.size) ? readSize(this.#bytes) : null
  }

  get eventId(): string | null {
    return this.#has(dynamodbFlag.eventId) ? this.#text(dynamodbPart.eventId) : null
  }

  get userIdentity(): UserIdentity | null {
    if (!this.#has(dynamodbFlag.userIdentity)) return null
    return { principalId: this.#text(dynamodbPart.principalId), type: this.#text(dynamodbPart.identityType) }
  }

  attributes(part: AttributesPart, numbers: NumberForm): Record<string, unknown> | undefined {
    if (part !== 'keys' && !this.#has(dynamodbFlag[part])) return undefined
    const index = dynamodbPart[part]
    const start = this.#startOf(index)
    const reader = new AttributeReader(this.#bytes, numbers, part, why =>
      malformedRecord(this.#wire, `has malformed attributes in its ${part}: ${why}`),
    )
    return reader.read(start, start + partLength(this.#bytes, index))
  }

  #has(flag: number): boolean {
    return ((this.#bytes[dynamodbOffset.flags] as number) & flag) !== 0
  }

  #text(part: number): string {
    const start = this.#startOf(part)
    const bytes = this.#bytes.subarray(start, start + partLength(this.#bytes, part))
    if (!isUtf8(bytes)) throw malformedRecord(this.#wire, 'has an event id or user identity that is not UTF-8')
    return bytes.toString('utf8')
  }

  #startOf(part: number): number {
    let start: number = dynamodbOffset.content
    for (let before = 0; before < part; before++) start += partLength(this.#bytes, before)
    return start
  }
}

/**
 * Takes a DynamoDB stream record in binary, checked as far as its header goes; what is in its keys and images is checked when it is read.
 * @throws ProtocolError on anything else; the error holds nothing of the data.
 */
export function streamEventFromBinary(wire: WireRecord): StreamEvent {
  const bytes = wire.data
  if (bytes.length < dynamodbOffset.content) throw malformedRecord(wire, 'is cut off')
  const version = bytes[dynamodbOffset.version] as number
  if (version !== dynamodbFormVersion) throw malformedRecord(wire, `is of the unknown version ${String(version)}`)
  if (!eventNames[bytes[dynamodbOffset.eventName] as number]) throw malformedRecord(wire, 'has no known eventName')
  if (!viewTypes[bytes[dynamodbOffset.viewType] as number]) throw malformedRecord(wire, 'has no known StreamViewType')
  checkParts(wire, bytes)
  return new BinaryStreamEvent(wire, bytes)
}

/** What is not given must be empty, or a daemon with another layout would go unnoticed. */
function checkParts(wire: WireRecord, bytes: Buffer): void {
  const flags = bytes[dynamodbOffset.flags] as number
  if (flags > knownFlags) throw malformedRecord(wire, `has the unknown flags ${String(flags)}`)
  const size = readSize(bytes)
  const eventId = partLength(bytes, dynamodbPart.eventId)
  const identity = partLength(bytes, dynamodbPart.principalId) + partLength(bytes, dynamodbPart.identityType)
  const keys = partLength(bytes, dynamodbPart.keys)
  const newImage = partLength(bytes, dynamodbPart.newImage)
  const oldImage = partLength(bytes, dynamodbPart.oldImage)
  if (!Number.isSafeInteger(size)) throw malformedRecord(wire, 'has a size over 2^53 - 1')
  if (
    ((flags & dynamodbFlag.eventId) === 0 && eventId !== 0) ||
    ((flags & dynamodbFlag.size) === 0 && size !== 0) ||
    ((flags & dynamodbFlag.userIdentity) === 0 && identity !== 0) ||
    ((flags & dynamodbFlag.newImage) === 0 && newImage !== 0) ||
    ((flags & dynamodbFlag.oldImage) === 0 && oldImage !== 0)
  )
    throw malformedRecord(wire, 'has a part that is not given, yet not empty')
  if (dynamodbOffset.content + eventId + identity + keys + newImage + oldImage !== bytes.length)
    throw malformedRecord(wire, 'is not as long as its parts')
}

function readSize(bytes: Buffer): number {
  return readU32(bytes, dynamodbOffset.size) * twoTo32 + readU32(bytes, dynamodbOffset.size + 4)
}

function partLength(bytes: Buffer, part: number): number {
  return readU32(bytes, dynamodbOffset.parts + 4 * part)
}

/** Quicker than the Buffer's own method, which checks its bounds. */
function readU32(bytes: Buffer, at: number): number {
  return (
    (((bytes[at] as number) << 24) |
      ((bytes[at + 1] as number) << 16) |
      ((bytes[at + 2] as number) << 8) |
      (bytes[at + 3] as number)) >>>
    0
  )
}
