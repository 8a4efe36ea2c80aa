import assert from 'node:assert/strict'
import { test } from 'node:test'
import { LogTail } from '../src/log-tail.ts'

test('the last lines are kept, however the text was cut', () => {
  const tail = new LogTail(2)
  for (const piece of ['on', 'e\ntw', 'o\r\n\nthree', '\nfo']) tail.push(piece)
  assert.deepEqual(tail.lines(), ['three', 'fo'])
})

test('a line without end does not grow for ever', () => {
  const tail = new LogTail(2)
  for (let piece = 0; piece < 100; piece++) tail.push('x'.repeat(1_000))
  assert.equal(tail.lines()[0]?.length, 8_192)
})
