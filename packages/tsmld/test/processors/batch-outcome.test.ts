import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { RecordProcessorError } from '../../src/errors.ts'
import {
  type AfterAttempt,
  afterReturn,
  afterThrow,
  type BatchPart,
  untried,
} from '../../src/processors/batch-outcome.ts'
import type { RetryPolicy } from '../../src/processors/retry.ts'
import type { Position } from '../../src/records/record.ts'

const retry: RetryPolicy = {
  attempts: 3,
  maxElapsedMs: Number.POSITIVE_INFINITY,
  backoff: { baseMs: 100, maxMs: 1_000 },
  retryable: error => !(error instanceof SyntaxError),
}
const at = (n: number): Position => ({ sequenceNumber: String(n), subSequenceNumber: 0 })
const part = (...numbers: number[]): BatchPart<Position> =>
  untried(numbers.map(n => ({ record: at(n), ticket: n, bytes: 1 })))
const numbersOf = (items: readonly { readonly ticket: number }[]): number[] => items.map(({ ticket }) => ticket)
const down = new Error('down')

test('a handler that returns nothing, or that nothing failed, has done all', () => {
  for (const result of [undefined, null, { failed: [] }]) {
    const after = afterReturn(part(1, 2), result, retry, 0)
    assert.deepEqual([numbersOf(after.done), after.next, after.poison], [[1, 2], [], null])
  }
})

test('what failed is tried again together, the rest is done', () => {
  const after = afterReturn(part(1, 2, 3, 4), { failed: [at(4), at(2)] }, retry, 7)
  assert.deepEqual(numbersOf(after.done), [1, 3])
  const [next] = after.next
  assert.deepEqual([numbersOf(next?.items ?? []), next?.attempts, next?.failedAt], [[2, 4], 1, 7])
  assert.ok(after.delayMs >= 50 && after.delayMs <= 100)
})

test('what failed often enough is poison, and only that', () => {
  const after = afterReturn({ ...part(1, 2), attempts: 2, failedAt: 0 }, { failed: [at(1)] }, retry, 0)
  assert.deepEqual(
    [numbersOf(after.done), numbersOf(after.poison?.items ?? []), after.poison?.attempts, after.next],
    [[2], [1], 3, []],
  )
})

for (const result of [{ failed: [at(9)] }, { failed: 'all' }, {}, 3, { failed: [at(1), at(9)] }])
  test(`refused: ${JSON.stringify(result)}`, () => {
    assert.throws(() => afterReturn(part(1, 2), result, retry, 0), RecordProcessorError)
  })

test('a throw halves what was more than one record, and the wait grows with the throws in a row', () => {
  const after = afterThrow(part(1, 2, 3), down, retry, 0, 3)
  assert.deepEqual(
    after.next.map(({ items }) => numbersOf(items)),
    [[1, 2], [3]],
  )
  assert.ok(after.delayMs >= 200 && after.delayMs <= 400)
  assert.equal(afterThrow(part(1, 2, 3), new SyntaxError('bug'), retry, 0, 3).delayMs, 0)
})

test('a record that throws alone is tried again, and then poison', () => {
  const first = afterThrow(part(1), down, retry, 5, 1)
  assert.deepEqual([first.next[0]?.attempts, first.next[0]?.failedAt, first.poison], [1, 5, null])
  assert.equal(afterThrow({ ...part(1), attempts: 2, failedAt: 5 }, down, retry, 5, 1).poison?.attempts, 3)
  assert.equal(afterThrow(part(1), new SyntaxError('bug'), retry, 5, 1).poison?.attempts, 1)
})

test('whichever records throw, exactly those are found, in order, and a batch is not handled more often than halving needs', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 64 }), fc.uniqueArray(fc.nat(63), { maxLength: 8 }), (size, bad) => {
      const parts = [part(...Array.from({ length: size }, (_, n) => n))]
      const done: number[] = []
      const poison: number[] = []
      let calls = 0
      for (let next = parts.pop(); next !== undefined; next = parts.pop()) {
        calls++
        const fails = next.items.some(({ ticket }) => bad.includes(ticket))
        const after: AfterAttempt<Position> = fails
          ? afterThrow(next, down, { ...retry, attempts: 1 }, 0, 1)
          : afterReturn(next, undefined, retry, 0)
        done.push(...numbersOf(after.done))
        poison.push(...numbersOf(after.poison?.items ?? []))
        parts.push(...after.next.toReversed())
      }
      const expected = bad.filter(n => n < size).sort((a, b) => a - b)
      assert.deepEqual(poison, expected)
      assert.deepEqual(
        done,
        Array.from({ length: size }, (_, n) => n).filter(n => !bad.includes(n)),
      )
      assert.ok(calls <= 1 + expected.length * 2 * Math.ceil(Math.log2(size)), `${calls} calls`)
    }),
  )
})
