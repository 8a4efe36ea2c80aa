import assert from 'node:assert/strict'
import { test } from 'node:test'
import { compute, roundsFor } from '../../bench/consumers/compute.ts'

test('what is computed depends on every byte and every round', () => {
  const data = Buffer.from('tsmld')
  const results = [compute(data, 1), compute(data, 2), compute(Buffer.from('tsmle'), 1)]
  assert.equal(new Set(results).size, 3)
  assert.equal(compute(Buffer.from('a'), 1), 0xe40c292c | 0)
})

test('more time is more rounds', () => {
  assert.ok(roundsFor(2_000, 64) > roundsFor(20, 64))
})
