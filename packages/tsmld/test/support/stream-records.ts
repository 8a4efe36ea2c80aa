// DynamoDB stream records for tests: the shared vectors, random ones, and both ways to read them.
import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import type { AttributeValueJson, StreamRecordJson } from '../../src/protocol/dynamodb-encoder.ts'
import type { RecordFormat, WireRecord } from '../../src/protocol/messages.ts'
import type { NumberForm } from '../../src/records/attribute-value.ts'
import type { DynamodbRecord } from '../../src/records/dynamodb-record.ts'
import { recordsDecoder } from '../../src/records/records-decoder.ts'
import { join, type Piece } from '../protocol/vectors.ts'

/** What of a stream record may be wrong: all of it, or what is found when a field is read. */
export type WrongPart = 'record' | 'eventId' | 'userIdentity' | 'keys' | 'newImage' | 'oldImage'

interface StreamRecordVector {
  readonly name: string
  readonly bytes: Buffer
  readonly record?: AdapterRecord
  readonly emptyImage?: true
  readonly error?: WrongPart
}

/** A stream record as the adapter's JSON has it. */
export interface AdapterRecord extends StreamRecordJson {
  readonly dynamodb: StreamRecordJson['dynamodb'] & { readonly ApproximateCreationDateTime?: number }
}

type RawVector = Omit<StreamRecordVector, 'bytes'> & { readonly bytes: readonly Piece[] }

const file = new URL('../vectors/dynamodb-records.json', import.meta.url)

/** Every vector of dynamodb-records.json. */
export const streamRecordVectors: readonly StreamRecordVector[] = (
  JSON.parse(readFileSync(file, 'utf8')) as readonly RawVector[]
).map(raw => ({ ...raw, bytes: join(raw.bytes) }))

/** Data as the record that frames give. */
export function streamRecordOnWire(data: Buffer, createdMs?: number): WireRecord {
  return {
    sequenceNumber: '111',
    subSequenceNumber: 0,
    partitionKey: null,
    explicitHashKey: null,
    approximateArrivalTimestamp: createdMs === undefined ? null : new Date(createdMs),
    encryptionType: null,
    aggregated: false,
    data,
  }
}

/** The one record that these bytes are. */
export function decodeOne(format: RecordFormat, wire: WireRecord, numbers: NumberForm = 'number'): DynamodbRecord {
  return recordsDecoder(format, numbers)([wire])[0] as DynamodbRecord
}

const bytes = (limit: number): fc.Arbitrary<string> =>
  fc.uint8Array({ maxLength: limit }).map(value => Buffer.from(value).toString('base64'))
const text = fc.oneof(fc.string({ unit: 'grapheme', maxLength: 20 }), fc.string({ maxLength: 80 }))
const decimal = fc.oneof(
  fc.integer().map(String),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map(String),
  fc.bigInt({ min: -(10n ** 38n), max: 10n ** 38n }).map(String),
  fc.stringMatching(/^-?[0-9]{1,12}(\.[0-9]{1,12})?([eE][+-]?[0-9]{1,2})?$/),
)
const name = fc.oneof(text, fc.constantFrom('__proto__', 'constructor', 'toString', 'S', 'n'.repeat(60)))

/** Any attribute values, as DynamoDB could have them and a little beyond. */
export const anyAttributes: fc.Arbitrary<Record<string, AttributeValueJson>> = fc.letrec<{
  value: AttributeValueJson
  map: Record<string, AttributeValueJson>
}>(tie => ({
  value: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    text.map(S => ({ S })),
    decimal.map(N => ({ N })),
    bytes(40).map(B => ({ B })),
    fc.boolean().map(BOOL => ({ BOOL })),
    fc.constant({ NULL: true }),
    fc.array(text, { maxLength: 4 }).map(SS => ({ SS })),
    fc.array(decimal, { maxLength: 4 }).map(NS => ({ NS })),
    fc.array(bytes(6), { maxLength: 4 }).map(BS => ({ BS })),
    tie('map').map(M => ({ M })),
    fc.array(tie('value'), { maxLength: 4 }).map(L => ({ L })),
  ),
  // Through JSON, as the adapter's comes: `__proto__` is a property there.
  map: fc
    .array(fc.tuple(name, tie('value')), { maxLength: 5 })
    .map(
      entries =>
        JSON.parse(
          `{${entries.map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`).join()}}`,
        ) as Record<string, AttributeValueJson>,
    ),
})).map

const optional = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(value, { nil: undefined })

/** Any stream record; an image that is given has attributes, for the JSON cannot tell one without from none. */
export const anyStreamRecord: fc.Arbitrary<AdapterRecord> = fc
  .tuple(
    optional(text),
    fc.constantFrom('INSERT', 'MODIFY', 'REMOVE'),
    optional(fc.record({ principalId: text, type: text }, { noNullPrototype: true })),
    anyAttributes,
    optional(anyAttributes.filter(image => Object.keys(image).length > 0)),
    optional(anyAttributes.filter(image => Object.keys(image).length > 0)),
    optional(fc.maxSafeNat()),
    fc.constantFrom('NEW_AND_OLD_IMAGES', 'NEW_IMAGE', 'OLD_IMAGE', 'KEYS_ONLY'),
    optional(fc.date({ noInvalidDate: true }).map(date => date.getTime())),
  )
  .map(
    ([eventID, eventName, userIdentity, Keys, NewImage, OldImage, SizeBytes, StreamViewType, created]) =>
      JSON.parse(
        JSON.stringify({
          eventID,
          eventName,
          userIdentity,
          dynamodb: { ApproximateCreationDateTime: created, SizeBytes, StreamViewType },
        }),
        (key, value: unknown) =>
          key === 'dynamodb' ? { ...(value as object), ...given({ Keys, NewImage, OldImage }) } : value,
      ) as AdapterRecord,
  )

function given(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined))
}
