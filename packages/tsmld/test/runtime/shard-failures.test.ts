import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ShardFailures } from '../../src/runtime/shard-failures.ts'

const backoff = { baseMs: 500, maxMs: 30_000 }

test('as many failures in a row as the limit are borne, one more is not', () => {
  const failures = new ShardFailures(3, backoff)
  assert.deepEqual(
    [1, 2, 3, 4].map(() => failures.failed('a', 'why', false)),
    [false, false, false, true],
  )
  assert.equal(failures.of('a').count, 4)
})

test('each shard is counted alone', () => {
  const failures = new ShardFailures(1, backoff)
  assert.equal(failures.failed('a', 'why', false), false)
  assert.equal(failures.failed('b', 'why', false), false)
  assert.deepEqual([failures.of('a').count, failures.of('b').count, failures.of('c').count], [1, 1, 0])
})

test('a session that saved a checkpoint got further: the count begins anew', () => {
  const failures = new ShardFailures(2, backoff)
  failures.failed('a', 'why', false)
  failures.failed('a', 'why', false)
  assert.equal(failures.failed('a', 'why', true), false)
  assert.equal(failures.of('a').count, 1)
})

test('what is cleared counts and waits no more', () => {
  const failures = new ShardFailures(2, backoff)
  failures.failed('a', 'why', false)
  failures.clear('a')
  assert.deepEqual([failures.of('a').count, failures.delayMs('a')], [0, 0])
})

test('the delay doubles with each failure up to its limit', () => {
  const failures = new ShardFailures(99, backoff, () => 1)
  const delays = Array.from({ length: 8 }, () => {
    failures.failed('a', 'why', false)
    return failures.delayMs('a')
  })
  assert.deepEqual(delays, [500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000])
})
