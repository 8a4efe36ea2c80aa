import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { recordKey } from '../../src/records/record-key.ts'
import { wireRecord } from '../support/wire-records.ts'

const position = { sequenceNumber: '1', subSequenceNumber: 0 }
const keyed = (keys: Record<string, unknown>) => recordKey({ ...position, keys })

test("a Kinesis record's key is its partition key, null where it has none", () => {
  assert.equal(recordKey(wireRecord(7)), 'key-7')
  assert.equal(recordKey({ ...wireRecord(7), partitionKey: null }), null)
  assert.equal(recordKey(position), null)
})

test("a DynamoDB record's key is its item's, whatever the order of its attributes", () => {
  assert.equal(keyed({ id: 'a', at: 1 }), keyed({ at: 1, id: 'a' }))
  assert.notEqual(keyed({ id: 'a', at: 1 }), keyed({ id: 'a', at: 2 }))
  assert.notEqual(keyed({ id: '1:a', at: '' }), keyed({ id: 'a', at: '1:' }))
  assert.equal(keyed({ id: Buffer.from([1, 255]) }), keyed({ id: new Uint8Array([1, 255]) }))
  assert.notEqual(keyed({ id: Buffer.from([1, 255]) }), keyed({ id: Buffer.from([1, 254]) }))
})

test('different items of one table have different keys', () => {
  const key = fc.record({ id: fc.string(), range: fc.string() })
  fc.assert(
    fc.property(key, key, (a, b) => {
      assert.equal(keyed(a) === keyed(b), a.id === b.id && a.range === b.range)
    }),
  )
})
