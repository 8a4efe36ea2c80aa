import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  comparePositions,
  compareSequenceNumbers,
  isSentinel,
  isSequenceNumber,
} from '../../src/records/sequence-number.ts'

test('sequence numbers are compared by value, beyond what a number holds', () => {
  assert.ok(
    compareSequenceNumbers(
      '49590338271490256608559692538361571095921575989136588898',
      '49590338271490256608559692538361571095921575989136588899',
    ) < 0,
  )
  assert.ok(compareSequenceNumbers('10', '9') > 0)
  assert.equal(compareSequenceNumbers('0010', '10'), 0)
})

test('any two sequence numbers compare as bigints do', () => {
  const digits = fc.bigInt({ min: 0n, max: 2n ** 190n })
  fc.assert(
    fc.property(digits, digits, (a, b) => {
      assert.equal(Math.sign(compareSequenceNumbers(String(a), String(b))), a < b ? -1 : a > b ? 1 : 0)
    }),
  )
})

test('sentinels stand before and after every number, as in the KCL', () => {
  const order = ['AT_TIMESTAMP', 'TRIM_HORIZON', 'LATEST', '0', '99999999999999999999', 'SHARD_END']
  for (const [i, a] of order.entries()) {
    for (const [j, b] of order.entries())
      assert.equal(Math.sign(compareSequenceNumbers(a, b)), Math.sign(i - j), `${a} ${b}`)
  }
})

test('sub-sequence numbers decide between equal sequence numbers only', () => {
  const at = (sequenceNumber: string, subSequenceNumber: number) => ({ sequenceNumber, subSequenceNumber })
  assert.ok(comparePositions(at('5', 2), at('5', 10)) < 0)
  assert.ok(comparePositions(at('6', 0), at('5', 10)) > 0)
  assert.equal(comparePositions(at('5', 2), at('5', 2)), 0)
})

test('the wire holds digits or a sentinel, nothing else', () => {
  for (const text of ['0', '123', 'TRIM_HORIZON', 'LATEST', 'AT_TIMESTAMP', 'SHARD_END'])
    assert.ok(isSequenceNumber(text), text)
  for (const text of ['', '-1', '1.5', '0x1f', ' 1', '1n', 'latest', 'toString', '١'])
    assert.ok(!isSequenceNumber(text), text)
  assert.ok(isSentinel('LATEST'))
  assert.ok(!isSentinel('5'))
})

test('what is neither digits nor a sentinel cannot be compared', () => {
  assert.throws(() => compareSequenceNumbers('5', 'five'), SyntaxError)
})
