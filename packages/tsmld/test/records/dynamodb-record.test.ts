import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inspect } from 'node:util'
import { ProtocolError } from '../../src/errors.ts'
import { encodeDynamodbRecord, type StreamRecordJson } from '../../src/protocol/dynamodb-encoder.ts'
import type { WireRecord } from '../../src/protocol/messages.ts'
import type { NumberForm } from '../../src/records/attribute-value.ts'
import { type DynamodbRecord, isTtlDelete, type StreamViewType } from '../../src/records/dynamodb-record.ts'
import { recordsDecoder, sessionDecoder } from '../../src/records/records-decoder.ts'

interface Item {
  readonly id: string
  readonly n: number
}

// As adapter 1.6.1 (KCL 1) wrote it for a record made by hand.
const byKcl1 =
  '{"userIdentity":{"principalId":"dynamodb.amazonaws.com","type":"Service"},"eventID":"e1","eventName":"MODIFY","eventVersion":"1.1","eventSource":"aws:dynamodb","awsRegion":"eu-west-1","dynamodb":{"ApproximateCreationDateTime":1761955200000,"Keys":{"id":{"S":"k"}},"NewImage":{"id":{"S":"k"},"n":{"N":"2"}},"OldImage":{"id":{"S":"k"},"n":{"N":"1"}},"SequenceNumber":"111","SizeBytes":26,"StreamViewType":"NEW_AND_OLD_IMAGES"}}'
// As adapter 2.0.1 (KCL 3) wrote them: an absent image is an empty one.
const insertByKcl3 =
  '{"eventName":"INSERT","dynamodb":{"Keys":{"id":{"S":"k"}},"NewImage":{},"OldImage":{},"SequenceNumber":"1","StreamViewType":"KEYS_ONLY"}}'
const removeByKcl3 =
  '{"eventID":"e1","eventName":"REMOVE","eventVersion":"1.1","eventSource":"aws:dynamodb","awsRegion":"eu-west-1","dynamodb":{"ApproximateCreationDateTime":1761955200000,"Keys":{"id":{"S":"k"}},"NewImage":{},"OldImage":{"id":{"S":"k"},"n":{"N":"1"}},"SequenceNumber":"111","SizeBytes":26,"StreamViewType":"NEW_AND_OLD_IMAGES"},"userIdentity":{"principalId":"dynamodb.amazonaws.com","type":"Service"}}'

function wire(data: string): WireRecord {
  return {
    sequenceNumber: '111',
    subSequenceNumber: 0,
    partitionKey: null,
    explicitHashKey: null,
    approximateArrivalTimestamp: new Date(1761955200000),
    encryptionType: null,
    aggregated: null,
    data: Buffer.from(data),
  }
}

function decode<View extends StreamViewType = StreamViewType>(
  data: string,
  numbers: NumberForm = 'number',
): DynamodbRecord<Item, View> {
  return recordsDecoder('dynamodb-json', numbers)([wire(data)])[0] as DynamodbRecord<Item, View>
}

test('a record of KCL 1’s adapter has all its fields', () => {
  const record = decode(byKcl1)
  assert.equal(record.eventName, 'MODIFY')
  assert.equal(record.eventId, 'e1')
  assert.equal(record.sequenceNumber, '111')
  assert.equal(record.subSequenceNumber, 0)
  assert.equal(record.sizeBytes, 26)
  assert.equal(record.streamViewType, 'NEW_AND_OLD_IMAGES')
  assert.deepEqual(record.approximateCreationDateTime, new Date('2025-11-01T00:00:00Z'))
  assert.deepEqual(record.userIdentity, { principalId: 'dynamodb.amazonaws.com', type: 'Service' })
  assert.deepEqual(record.keys, { id: 'k' })
  assert.deepEqual(record.newImage, { id: 'k', n: 2 })
  assert.deepEqual(record.oldImage, { id: 'k', n: 1 })
})

test('an empty image, as KCL 3’s adapter writes it, is no image', () => {
  const record = decode(insertByKcl3)
  assert.equal(record.newImage, undefined)
  assert.equal(record.oldImage, undefined)
  assert.deepEqual(record.keys, { id: 'k' })
  assert.equal(record.eventId, null)
  assert.equal(record.approximateCreationDateTime, null)
  assert.equal(record.sizeBytes, null)
  assert.equal(record.userIdentity, null)
})

test('a delete by time to live is told from one by a request', () => {
  assert.equal(isTtlDelete(decode(removeByKcl3)), true)
  assert.equal(isTtlDelete(decode(byKcl1)), false, 'a change is no delete')
  assert.equal(isTtlDelete(decode(removeByKcl3.replace(/,"userIdentity":\{.*?\}/, ''))), false)
  assert.equal(isTtlDelete(decode(removeByKcl3.replace('Service', 'AssumedRole'))), false)
})

test('a user identity without texts is one, and no delete by time to live', () => {
  const identity = '{"principalId":{"toString":0,"valueOf":0},"type":null}'
  const record = decode(removeByKcl3.replace(/"userIdentity":\{.*?\}/, `"userIdentity":${identity}`))
  assert.deepEqual(record.userIdentity, { principalId: '', type: '' })
  assert.equal(isTtlDelete(record), false)
})

test('keys and images are decoded once', () => {
  const record = decode(byKcl1)
  assert.equal(record.newImage, record.newImage)
  assert.equal(record.keys, record.keys)
})

test('a number that would be rounded fails where it is read, again and again, and nowhere else', () => {
  const data = byKcl1.replace('"N":"2"', '"N":"0.12345678901234567890"')
  const record = decode(data)
  assert.deepEqual(record.oldImage, { id: 'k', n: 1 })
  assert.throws(() => record.newImage, RangeError)
  assert.throws(() => record.newImage, /newImage\.n/)
  assert.match(inspect(record), /undecodable/)
  assert.deepEqual(decode(data, 'string').newImage, { id: 'k', n: '0.12345678901234567890' })
})

test('console.log and JSON.stringify show keys and images', () => {
  const record = decode(byKcl1)
  assert.match(inspect(record, { depth: 5 }), /newImage: \{ id: 'k', n: 2 \}/)
  const json = JSON.parse(JSON.stringify(record)) as Record<string, unknown>
  assert.deepEqual(json['newImage'], { id: 'k', n: 2 })
  assert.equal(json['eventName'], 'MODIFY')
})

test('a record is a position: the wire’s', () => {
  const [record] = recordsDecoder('dynamodb-json', 'number')([{ ...wire(byKcl1), sequenceNumber: '222' }])
  assert.equal(record?.sequenceNumber, '222')
})

const malformed: readonly (readonly [title: string, data: string])[] = [
  ['nothing', ''],
  ['no JSON', 'secret'],
  ['JSON cut short', byKcl1.slice(0, -3)],
  ['an array', '[]'],
  ['null', 'null'],
  ['no change', '{"eventName":"INSERT","secret":1}'],
  ['no keys', insertByKcl3.replace('"Keys"', '"secret"')],
  ['another event', insertByKcl3.replace('INSERT', 'secret')],
  ['another view', insertByKcl3.replace('KEYS_ONLY', 'secret')],
]

for (const [title, data] of malformed) {
  test(`${title} is a ProtocolError that names the record and holds nothing of it`, () => {
    assert.throws(
      () => decode(data),
      (error: unknown) => {
        assert.ok(error instanceof ProtocolError)
        assert.match(error.message, /111/)
        assert.doesNotMatch(error.message, /secret/)
        return true
      },
    )
  })
}

test('Kinesis records are the wire’s own', () => {
  const records = [wire('data')]
  assert.equal(recordsDecoder('kinesis', 'number')(records), records)
})

test('a session’s records are decoded as its hello says, a stock daemon’s from the JSON; another stream’s format is none', () => {
  const json = [wire(byKcl1)]
  const binary = [{ ...wire(''), data: encodeDynamodbRecord(JSON.parse(byKcl1) as StreamRecordJson) }]
  const imageOf = (records: readonly object[] | undefined) => (records?.[0] as DynamodbRecord | undefined)?.newImage
  assert.deepEqual(imageOf(sessionDecoder('dynamodb', null, 'number')?.(json)), { id: 'k', n: 2 })
  assert.deepEqual(imageOf(sessionDecoder('dynamodb', 'dynamodb-json', 'number')?.(json)), { id: 'k', n: 2 })
  assert.deepEqual(imageOf(sessionDecoder('dynamodb', 'dynamodb-binary', 'string')?.(binary)), { id: 'k', n: '2' })
  assert.equal(sessionDecoder('kinesis', null, 'number')?.(json), json)
  assert.equal(sessionDecoder('kinesis', 'kinesis', 'number')?.(json), json)
  assert.equal(sessionDecoder('kinesis', 'dynamodb-binary', 'number'), null)
  assert.equal(sessionDecoder('dynamodb', 'kinesis', 'number'), null)
})

test('types: images follow the view and the event', () => {
  const both = decode<'NEW_AND_OLD_IMAGES'>(byKcl1)
  if (both.eventName === 'MODIFY') {
    assert.equal(both.newImage.n - both.oldImage.n, 1)
    // @ts-expect-error an item has no such attribute
    assert.equal(both.newImage.m, undefined)
  }
  // @ts-expect-error which event it is was not asked
  assert.throws(() => decode<'NEW_AND_OLD_IMAGES'>(insertByKcl3).newImage.n, TypeError)

  const inserted = decode<'NEW_AND_OLD_IMAGES'>(byKcl1)
  if (inserted.eventName === 'INSERT') {
    assert.equal(inserted.newImage.id, 'k')
    // @ts-expect-error what was inserted was not there before
    assert.throws(() => inserted.oldImage.id)
  }
  const removed = decode<'OLD_IMAGE'>(removeByKcl3)
  if (removed.eventName === 'REMOVE') {
    assert.equal(removed.oldImage.n, 1)
    // @ts-expect-error what was removed is not there after
    assert.throws(() => removed.newImage.id)
  }
  const keysOnly = decode<'KEYS_ONLY'>(insertByKcl3)
  // @ts-expect-error this view has no images
  assert.throws(() => keysOnly.newImage.id)
  // @ts-expect-error a key is not known to be an attribute of the primary key
  const id: string = keysOnly.keys.id
  assert.equal(id, 'k')

  const unknownView = decode(byKcl1)
  // @ts-expect-error the view was not given: there may be no image
  assert.equal(unknownView.newImage.n, 2)
  if (unknownView.streamViewType === 'NEW_AND_OLD_IMAGES' && unknownView.eventName === 'MODIFY')
    assert.equal(unknownView.newImage.n, 2)
  if (unknownView.eventName === 'MODIFY') assert.equal(unknownView.oldImage?.n, 1)
})
