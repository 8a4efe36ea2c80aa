import assert from 'node:assert/strict'
import { test } from 'node:test'
import { excerpt } from '../../src/protocol/excerpt.ts'

test('an excerpt is the beginning, quoted, with its control characters escaped and the whole length', () => {
  assert.equal(excerpt('a\nb'), '"a\\nb"')
  assert.equal(excerpt(Buffer.from('x'.repeat(200))), `"${'x'.repeat(120)}"… (200 in all)`)
})

test("an excerpt shows nothing of a record's payload, whole or cut off", () => {
  const line = '{"action":"processRecords","records":[{"data":"c2VjcmV0","partitionKey":"k"},{"data": "bW9yZSBzZWNyZXRz'
  assert.equal(excerpt(line).includes('c2Vj') || excerpt(line).includes('bW9y'), false)
  assert.match(excerpt(line), /partitionKey/)
})
