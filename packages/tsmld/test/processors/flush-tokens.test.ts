import assert from 'node:assert/strict'
import { test } from 'node:test'
import { FlushTokens } from '../../src/processors/flush-tokens.ts'
import type { FlushToken } from '../../src/processors/flusher.ts'
import type { Position } from '../../src/records/record.ts'

const record = (n: number, sub = 0): Position => ({ sequenceNumber: String(n), subSequenceNumber: sub })

test('an aggregate is done when all of it is, and its checkpoint is its last record', () => {
  const held = new FlushTokens<Position>()
  const [first, last] = [record(1, 0), record(1, 1)]
  const one = held.offer(first, false)
  held.added()
  held.done([one])
  assert.deepEqual([held.checkpoint, held.isEmpty], [null, false], 'its end has not been seen')
  held.offer(last, true)
  held.ignored()
  assert.deepEqual([held.checkpoint, held.isEmpty], [last, true])
})

test('a record that was not taken is offered again with the same token, and its token cannot be given back', () => {
  const held = new FlushTokens<Position>()
  const token = held.offer(record(1), true)
  assert.equal(held.offer(record(1), true), token)
  assert.match(held.problem([token]) ?? '', /without having added/)
  held.added()
  assert.equal(held.problem([token]), null)
  assert.match(held.problem([token, token]) ?? '', /twice/)
  assert.match(held.problem([(token + 1) as FlushToken]) ?? '', /never given/)
})
