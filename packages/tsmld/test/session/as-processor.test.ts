import assert from 'node:assert/strict'
import { test } from 'node:test'
import { asProcessor } from '../../src/session/as-processor.ts'

test('an object, or an instance of a class, with processRecords is a processor', () => {
  class Counting {
    processRecords(): void {}
  }
  for (const made of [{ processRecords() {} }, new Counting()]) assert.equal(asProcessor(made), made)
})

test('what a factory made without processRecords is refused in words', () => {
  for (const made of [undefined, null, {}, 'x', { processRecords: 1 }]) {
    assert.throws(() => asProcessor(made as never), /returned no object with a method processRecords/)
  }
})

test('heartbeats are asked for by true, and by nothing that only looks like it', () => {
  assert.ok(asProcessor({ processRecords() {}, emptyBatches: true }))
  const made = { processRecords() {}, emptyBatches: () => true }
  assert.throws(() => asProcessor(made as never), /emptyBatches of a processor must be true or false, not a function/)
})
