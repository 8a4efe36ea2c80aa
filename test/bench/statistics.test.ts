import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { median, quantile } from '../../bench/report/statistics.ts'

test('a median is the middle value, or the mean of the two in the middle', () => {
  assert.equal(median([5, 1, 9]), 5)
  assert.equal(median([4, 1, 2, 100]), 3)
})

test('a median heeds the order of numbers, not of texts', () => {
  assert.equal(median([10, 9, 100]), 10)
})

test('a quantile is a value that was measured, and that part of the values do not exceed', () => {
  const values = fc.array(fc.double({ noNaN: true }), { minLength: 1 })
  fc.assert(
    fc.property(values, fc.double({ min: 0.01, max: 1, noNaN: true }), (all, part) => {
      const found = quantile(all, part)
      assert.ok(all.includes(found))
      assert.ok(all.filter(value => value <= found).length >= part * all.length - 1e-9)
    }),
  )
})

test('of no values there is neither', () => {
  assert.throws(() => median([]), RangeError)
  assert.throws(() => quantile([], 0.5), RangeError)
})
