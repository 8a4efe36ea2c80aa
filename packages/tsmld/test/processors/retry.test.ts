import assert from 'node:assert/strict'
import { test } from 'node:test'
import { InvalidRecordError } from '../../src/errors.ts'
import { type RetryPolicy, retryDelayMs } from '../../src/processors/retry.ts'

const policy: RetryPolicy = {
  attempts: 4,
  maxElapsedMs: 1_000,
  backoff: { baseMs: 100, maxMs: 300 },
  retryable: error => !(error instanceof TypeError),
}
const after = (attempts: number, elapsedMs = 0, error: unknown = new Error('down')) =>
  retryDelayMs({ error, attempts, elapsedMs }, policy)

test('each failure is followed by about twice the delay of the last, up to the greatest, until the attempts are used up', () => {
  for (const [attempts, fullMs] of [
    [1, 100],
    [2, 200],
    [3, 300],
  ] as const) {
    const delayMs = after(attempts)
    assert.ok(delayMs !== null && delayMs >= fullMs / 2 && delayMs <= fullMs, String(delayMs))
  }
  assert.equal(after(4), null)
})

test('no attempt begins after the time is over', () => {
  assert.notEqual(after(1, 900), null)
  assert.equal(after(1, 951), null)
})

test('an error that is not retryable is final, as is a record that does not fit its schema', () => {
  assert.equal(after(1, 0, new TypeError('no')), null)
  assert.equal(after(1, 0, new InvalidRecordError('no')), null)
})

for (const [what, retryable, message] of [
  ['throws', () => assert.fail('oops'), /retry\.retryable\(\) threw when it was asked about "down": oops$/],
  ['forgets to answer', () => undefined, /retry\.retryable\(\) returned undefined: it must return true or false\.$/],
  ['answers later', () => Promise.resolve(false), /returned a Promise: it must return true or false/],
] as const)
  test(`a retryable that ${what} says nothing of the record, and is told of itself`, () => {
    const asked = { error: new Error('down'), attempts: 1, elapsedMs: 0 }
    assert.throws(() => retryDelayMs(asked, { ...policy, retryable: retryable as never }), message)
  })
