import assert from 'node:assert/strict'
import { test } from 'node:test'
import { recordBytes, recordDelayMs } from '../../src/records/record-measures.ts'

const position = { sequenceNumber: '1', subSequenceNumber: 0 }

test("a record's size is that of its data, or DynamoDB's measure, or 0 where nobody says", () => {
  assert.equal(recordBytes({ ...position, data: Buffer.from('four') }), 4)
  assert.equal(recordBytes({ ...position, sizeBytes: 70 }), 70)
  assert.equal(recordBytes({ ...position, sizeBytes: null }), 0)
})

test("a record's delay counts from its arrival or its change, never below 0, and is null where nobody says", () => {
  assert.equal(recordDelayMs({ ...position, approximateArrivalTimestamp: new Date(1_000) }, 1_250), 250)
  assert.equal(recordDelayMs({ ...position, approximateCreationDateTime: new Date(1_000) }, 3_000), 2_000)
  assert.equal(recordDelayMs({ ...position, approximateArrivalTimestamp: new Date(1_000) }, 900), 0)
  assert.equal(recordDelayMs({ ...position, approximateArrivalTimestamp: null }, 900), null)
})
