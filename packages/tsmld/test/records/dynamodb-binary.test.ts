import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inspect } from 'node:util'
import fc from 'fast-check'
import { ProtocolError } from '../../src/errors.ts'
import { encodeAttributes, encodeDynamodbRecord } from '../../src/protocol/dynamodb-encoder.ts'
import type { NumberForm } from '../../src/records/attribute-value.ts'
import type { DynamodbRecord } from '../../src/records/dynamodb-record.ts'
import {
  type AdapterRecord,
  anyStreamRecord,
  decodeOne,
  streamRecordOnWire,
  streamRecordVectors,
  type WrongPart,
} from '../support/stream-records.ts'

const fields = ['eventId', 'userIdentity', 'keys', 'newImage', 'oldImage'] as const

/** Every field's value, or the error of reading it. */
function readAll(record: DynamodbRecord): Record<string, unknown> {
  const { eventName, sequenceNumber, subSequenceNumber, streamViewType, sizeBytes, approximateCreationDateTime } =
    record
  const rest = fields.map(field => {
    try {
      return [field, record[field]]
    } catch (error) {
      return [field, error]
    }
  })
  const plain = { eventName, sequenceNumber, subSequenceNumber, streamViewType, sizeBytes, approximateCreationDateTime }
  return { ...plain, ...(Object.fromEntries(rest) as object) }
}

/** The same record read out of its binary form and out of the adapter's JSON. */
function readBothWays(record: AdapterRecord, binary: Buffer, numbers: NumberForm): [unknown, unknown] {
  const created = record.dynamodb.ApproximateCreationDateTime
  const json = Buffer.from(JSON.stringify(record))
  return [
    readAll(decodeOne('dynamodb-binary', streamRecordOnWire(binary, created), numbers)),
    readAll(decodeOne('dynamodb-json', streamRecordOnWire(json), numbers)),
  ]
}

function assertProtocolError(error: unknown): true {
  assert.ok(error instanceof ProtocolError, String(error))
  assert.match(error.message, /^The DynamoDB stream record 111 /)
  assert.ok(error.message.length < 150)
  return true
}

for (const { name, bytes, record, emptyImage, error } of streamRecordVectors) {
  if (record !== undefined) {
    test(`stream record vector, written: ${name}`, () => {
      assert.equal(encodeDynamodbRecord(record).toString('hex'), bytes.toString('hex'))
    })
  }
  if (record !== undefined && emptyImage === undefined) {
    for (const numbers of ['number', 'string'] as const) {
      test(`stream record vector, read as from the JSON, numbers as ${numbers}: ${name}`, () => {
        const [fromBinary, fromJson] = readBothWays(record, bytes, numbers)
        assert.deepEqual(fromBinary, fromJson)
      })
    }
  }
  if (error === 'record') {
    test(`stream record vector, refused when the batch comes: ${name}`, () => {
      assert.throws(() => decodeOne('dynamodb-binary', streamRecordOnWire(bytes)), assertProtocolError)
    })
  } else if (error !== undefined) {
    test(`stream record vector, ${error} cannot be read: ${name}`, () => {
      assertUnreadable(decodeOne('dynamodb-binary', streamRecordOnWire(bytes)), error)
    })
  }
}

function assertUnreadable(record: DynamodbRecord, wrong: Exclude<WrongPart, 'record'>): void {
  assert.throws(() => record[wrong], assertProtocolError)
  assert.throws(() => record[wrong], assertProtocolError)
  for (const field of fields) if (field !== wrong) assert.doesNotThrow(() => record[field])
  assert.match(inspect(record), /eventName.*undecodable/s)
}

test('there are vectors of every kind', () => {
  const count = (part: WrongPart): number => streamRecordVectors.filter(({ error }) => error === part).length
  assert.ok(streamRecordVectors.filter(({ record }) => record !== undefined).length > 20)
  for (const part of ['record', 'eventId', 'userIdentity', 'keys', 'newImage', 'oldImage'] as const)
    assert.ok(count(part) > 0, part)
})

test('an image without attributes is an image, one that is not given is none', () => {
  const vector = streamRecordVectors.find(({ emptyImage }) => emptyImage)
  const record = decodeOne('dynamodb-binary', streamRecordOnWire(vector?.bytes ?? Buffer.alloc(0)))
  assert.deepEqual(record.newImage, {})
  assert.equal(record.oldImage, undefined)
})

test('any record comes out of its binary form as out of the JSON', () => {
  fc.assert(
    fc.property(anyStreamRecord, fc.constantFrom<NumberForm>('number', 'string'), (record, numbers) => {
      const [fromBinary, fromJson] = readBothWays(record, encodeDynamodbRecord(record), numbers)
      assert.deepEqual(fromBinary, fromJson)
    }),
    { numRuns: 300 },
  )
})

test('console.log and JSON.stringify show what they show of the JSON, in the same order', () => {
  fc.assert(
    fc.property(anyStreamRecord, record => {
      const created = record.dynamodb.ApproximateCreationDateTime
      const wire = streamRecordOnWire(encodeDynamodbRecord(record), created)
      const json = streamRecordOnWire(Buffer.from(JSON.stringify(record)))
      const binary = decodeOne('dynamodb-binary', wire, 'string')
      assert.equal(JSON.stringify(binary), JSON.stringify(decodeOne('dynamodb-json', json, 'string')))
      assert.equal(inspect(binary, { depth: 9 }), inspect(decodeOne('dynamodb-json', json, 'string'), { depth: 9 }))
    }),
  )
})

/** Bytes that are no record is refused, and one that is taken can be read or fails by name. */
function assertReadOrRefused(bytes: Buffer): void {
  let record: DynamodbRecord
  try {
    record = decodeOne('dynamodb-binary', streamRecordOnWire(bytes))
  } catch (error) {
    assertProtocolError(error)
    return
  }
  for (const value of Object.values(readAll(record)))
    if (value instanceof Error && !(value instanceof RangeError)) assertProtocolError(value)
  inspect(record)
}

test('any bytes are a record or a ProtocolError', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), bytes => {
      assertReadOrRefused(Buffer.from(bytes))
    }),
  )
})

test('any record with some bytes changed, cut or added is a record or a ProtocolError', () => {
  const change = fc.record({ at: fc.nat(), bytes: fc.uint8Array({ minLength: 1, maxLength: 5 }) })
  fc.assert(
    fc.property(
      anyStreamRecord,
      fc.array(change, { maxLength: 4 }),
      fc.integer({ min: -3, max: 3 }),
      (record, changes, more) => {
        const good = encodeDynamodbRecord(record)
        const bytes = Buffer.alloc(good.length + more)
        good.copy(bytes)
        for (const { at, bytes: written } of changes)
          bytes.set(written.slice(0, bytes.length - (at % bytes.length)), at % bytes.length)
        assertReadOrRefused(bytes)
      },
    ),
    { numRuns: 500 },
  )
})

/** A record whose new image has this content; the lengths of its header are right. */
function withImage(content: Buffer): Buffer {
  const record = encodeDynamodbRecord({
    eventName: 'INSERT',
    dynamodb: { Keys: {}, NewImage: {}, StreamViewType: 'NEW_IMAGE' },
  })
  record.writeUInt32BE(content.length, 28)
  return Buffer.concat([record, content])
}

test('any bytes as an image are an item or a ProtocolError', () => {
  const beginning = encodeAttributes({ a: { L: [{ M: { b: { SS: ['c'] } } }] } })
  fc.assert(
    fc.property(fc.integer({ min: 0, max: beginning.length }), fc.uint8Array({ maxLength: 100 }), (kept, bytes) => {
      assertReadOrRefused(withImage(Buffer.concat([beginning.subarray(0, kept), bytes])))
    }),
    { numRuns: 500 },
  )
})

test('64 levels are read, and no more', () => {
  const nested = (levels: number): Buffer => {
    let value: object = { NULL: true }
    for (let level = 0; level < levels; level++) value = level % 2 === 0 ? { L: [value] } : { M: { m: value } }
    return withImage(encodeAttributes({ deep: value as Record<string, unknown> }))
  }
  assert.doesNotThrow(() => decodeOne('dynamodb-binary', streamRecordOnWire(nested(64))).newImage)
  assert.throws(() => decodeOne('dynamodb-binary', streamRecordOnWire(nested(65))).newImage, assertProtocolError)
})

test('an image of nothing but lists in lists is refused without much ado', () => {
  const lists = Buffer.alloc(5 * 100_000)
  for (let at = 0; at < lists.length; at += 5) {
    lists.writeUInt8(8, at)
    lists.writeUInt32BE(lists.length - at - 5, at + 1)
  }
  const image = withImage(Buffer.concat([Buffer.from('0000000161', 'hex'), lists]))
  assert.throws(() => decodeOne('dynamodb-binary', streamRecordOnWire(image)).newImage, assertProtocolError)
})

test('binary values own their bytes', () => {
  const image = withImage(encodeAttributes({ b: { B: 'AQL/' }, bs: { BS: ['/w=='] } }))
  const { b, bs } = decodeOne('dynamodb-binary', streamRecordOnWire(image)).newImage as {
    b: Uint8Array
    bs: Set<Uint8Array>
  }
  assert.deepEqual(
    [b, ...bs].map(value => [Buffer.isBuffer(value), value.buffer.byteLength]),
    [
      [false, 3],
      [false, 1],
    ],
  )
})

test('keys and images are decoded once', () => {
  const record = decodeOne('dynamodb-binary', streamRecordOnWire(withImage(encodeAttributes({ a: { S: 'b' } }))))
  assert.equal(record.newImage, record.newImage)
  assert.equal(record.keys, record.keys)
})

test('the frame’s own fields are read when they are asked for, and the data once', () => {
  const reads: string[] = []
  const wire = streamRecordOnWire(withImage(encodeAttributes({ a: { S: 'b' } })))
  const watched = new Proxy(wire, {
    get: (target, field) => {
      reads.push(String(field))
      return Reflect.get(target, field) as unknown
    },
  })
  const record = decodeOne('dynamodb-binary', watched)
  assert.deepEqual([record.eventName, record.newImage, record.keys], ['INSERT', { a: 'b' }, {}])
  assert.deepEqual(reads, ['data'])
  assert.equal(record.sequenceNumber, '111')
  assert.deepEqual(reads, ['data', 'sequenceNumber'])
})

test('a number that would be rounded fails where it is read, by its attribute’s path and without the number', () => {
  const pi = '3.14159265358979323846'
  const image = withImage(
    encodeAttributes({ a: { S: 'x' }, l: { L: [{ NULL: true }, { M: { 'in.ner': { NS: ['1', pi] } } }] } }),
  )
  const record = decodeOne('dynamodb-binary', streamRecordOnWire(image))
  assert.throws(
    () => record.newImage,
    (error: unknown) => {
      assert.ok(error instanceof RangeError)
      assert.match(error.message, /attribute newImage\.l\[1\]\.in\.ner would be rounded.* numbers to 'string'/)
      assert.doesNotMatch(error.message, /3\.14/)
      return true
    },
  )
  assert.deepEqual(decodeOne('dynamodb-binary', streamRecordOnWire(image), 'string').newImage, {
    a: 'x',
    l: [null, { 'in.ner': new Set(['1', pi]) }],
  })
})
