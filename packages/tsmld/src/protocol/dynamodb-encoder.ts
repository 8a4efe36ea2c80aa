// A DynamoDB stream record in binary, for tests, the fake daemon and benches: what the Java program writes, in TypeScript.
import {
  attributeTag,
  dynamodbFlag,
  dynamodbFormVersion,
  dynamodbOffset,
  eventNames,
  viewTypes,
} from './dynamodb-layout.ts'

/** Attribute values by name, as the AWS SDK and the adapter's JSON have them; binary as bytes or in base64. */
export type AttributeValues = Readonly<Record<string, AttributeValueJson>>

/** An attribute value with one of its types: `{ S: '…' }`. */
export type AttributeValueJson = Readonly<Record<string, unknown>>

/** A stream record as the adapter's JSON has it; only what the binary form carries. */
export interface StreamRecordJson {
  readonly eventID?: string
  readonly eventName?: string
  readonly userIdentity?: { readonly principalId: string; readonly type: string }
  readonly dynamodb: {
    readonly Keys: AttributeValues
    readonly NewImage?: AttributeValues
    readonly OldImage?: AttributeValues
    readonly SizeBytes?: number
    readonly StreamViewType?: string
  }
}

/** Writes a stream record as `dynamodb-binary` has it. */
export function encodeDynamodbRecord(record: StreamRecordJson): Buffer {
  const { eventID, eventName, userIdentity, dynamodb } = record
  const { Keys, NewImage, OldImage, SizeBytes, StreamViewType } = dynamodb
  const parts = [
    Buffer.from(eventID ?? ''),
    Buffer.from(userIdentity?.principalId ?? ''),
    Buffer.from(userIdentity?.type ?? ''),
    encodeAttributes(Keys),
    encodeAttributes(NewImage ?? {}),
    encodeAttributes(OldImage ?? {}),
  ]
  const header = Buffer.alloc(dynamodbOffset.content)
  header.writeUInt8(dynamodbFormVersion, dynamodbOffset.version)
  header.writeUInt8(numberOf(eventNames, eventName), dynamodbOffset.eventName)
  header.writeUInt8(numberOf(viewTypes, StreamViewType), dynamodbOffset.viewType)
  header.writeUInt8(
    (eventID === undefined ? 0 : dynamodbFlag.eventId) |
      (SizeBytes === undefined ? 0 : dynamodbFlag.size) |
      (userIdentity === undefined ? 0 : dynamodbFlag.userIdentity) |
      (NewImage === undefined ? 0 : dynamodbFlag.newImage) |
      (OldImage === undefined ? 0 : dynamodbFlag.oldImage),
    dynamodbOffset.flags,
  )
  header.writeBigUInt64BE(BigInt(SizeBytes ?? 0), dynamodbOffset.size)
  for (const [index, part] of parts.entries()) header.writeUInt32BE(part.length, dynamodbOffset.parts + 4 * index)
  return Buffer.concat([header, ...parts])
}

/** Writes the content of a map: keys or an image. */
export function encodeAttributes(attributes: AttributeValues): Buffer {
  return Buffer.concat(
    Object.entries(attributes).flatMap(([name, value]) => [withLength(Buffer.from(name)), encodeValue(value)]),
  )
}

function encodeValue(value: AttributeValueJson): Buffer {
  const [[type, content] = ['', undefined]] = Object.entries(value)
  switch (type) {
    case 'S':
      return tagged(attributeTag.S, text(content))
    case 'N':
      return tagged(attributeTag.N, text(content))
    case 'B':
      return tagged(attributeTag.B, binary(content))
    case 'BOOL':
      return Buffer.of(content === true ? attributeTag.true : attributeTag.false)
    case 'NULL':
      return Buffer.of(attributeTag.NULL)
    case 'M':
      return tagged(attributeTag.M, encodeAttributes(content as AttributeValues))
    case 'L':
      return tagged(
        attributeTag.L,
        entries(content, entry => encodeValue(entry as AttributeValueJson)),
      )
    case 'SS':
      return tagged(
        attributeTag.SS,
        entries(content, entry => withLength(text(entry))),
      )
    case 'NS':
      return tagged(
        attributeTag.NS,
        entries(content, entry => withLength(text(entry))),
      )
    case 'BS':
      return tagged(
        attributeTag.BS,
        entries(content, entry => withLength(binary(entry))),
      )
    default:
      return Buffer.of(attributeTag.unknown)
  }
}

function tagged(tag: number, content: Buffer): Buffer {
  return Buffer.concat([Buffer.of(tag), withLength(content)])
}

function withLength(content: Buffer): Buffer {
  const length = Buffer.alloc(4)
  length.writeUInt32BE(content.length)
  return Buffer.concat([length, content])
}

function entries(content: unknown, encode: (entry: unknown) => Buffer): Buffer {
  return Buffer.concat((content as readonly unknown[]).map(encode))
}

function text(content: unknown): Buffer {
  return Buffer.from(content as string, 'utf8')
}

function binary(content: unknown): Buffer {
  return content instanceof Uint8Array ? Buffer.from(content) : Buffer.from(content as string, 'base64')
}

function numberOf(names: readonly (string | null)[], name: string | undefined): number {
  return name === undefined ? 0 : Math.max(0, names.indexOf(name))
}
