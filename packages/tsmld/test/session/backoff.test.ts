import assert from 'node:assert/strict'
import { test } from 'node:test'
import { jitteredBackoffMs } from '../../src/session/backoff.ts'

const backoff = { baseMs: 200, maxMs: 10_000 }

test('a delay lies at random between half of its full length and all of it', () => {
  assert.equal(
    jitteredBackoffMs(1, backoff, () => 0),
    100,
  )
  assert.equal(
    jitteredBackoffMs(1, backoff, () => 0.5),
    150,
  )
  assert.equal(
    jitteredBackoffMs(1, backoff, () => 1),
    200,
  )
})

test('the full length doubles with each attempt up to the limit, however many there are', () => {
  const delays = [1, 2, 3, 6, 7, 50, 5_000].map(attempt => jitteredBackoffMs(attempt, backoff, () => 1))
  assert.deepEqual(delays, [200, 400, 800, 6_400, 10_000, 10_000, 10_000])
})

test('without a source of chance of its own it differs from call to call', () => {
  const delays = new Set(Array.from({ length: 50 }, () => jitteredBackoffMs(6, backoff)))
  assert.equal(delays.size > 1, true)
  for (const delay of delays) assert.equal(delay >= 3_200 && delay <= 6_400, true)
})
