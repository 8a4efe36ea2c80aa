import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { ProtocolError } from '../../src/errors.ts'
import { LineSplitter } from '../../src/protocol/line-splitter.ts'
import { countCopiedBytes } from './copied-bytes.ts'
import { randomSplits } from './replay.ts'

/** Each line is copied at once: it is valid until the next is asked for. */
function linesOf(chunks: readonly Buffer[], limit = 1000): string[] {
  const splitter = new LineSplitter(limit)
  const lines: string[] = []
  for (const chunk of chunks) for (const line of splitter.push(chunk)) lines.push(line.toString())
  splitter.end()
  return lines
}

test('fault 15: lines end by a line feed, or a carriage return and a line feed, and blank ones are skipped', () => {
  assert.deepEqual(linesOf([Buffer.from('a\nb\r\n\n\r\n \t \r\nc d\n')]), ['a', 'b', 'c d'])
})

test('a carriage return inside a line belongs to it', () => {
  assert.deepEqual(linesOf([Buffer.from('a\rb\r\r\n')]), ['a\rb\r'])
})

test('any splits give the same lines', () => {
  const line = fc.string({ unit: 'grapheme', maxLength: 40 }).map(text => text.replaceAll(/[\r\n]/g, ''))
  const ended = fc.tuple(line, fc.constantFrom('\n', '\r\n'))
  fc.assert(
    fc.property(
      fc.array(ended, { maxLength: 20 }).chain(lines => {
        const bytes = Buffer.from(lines.map(([text, end]) => text + end).join(''))
        return fc.tuple(fc.constant(lines.map(([text]) => text)), randomSplits(bytes))
      }),
      ([lines, chunks]) => {
        const kept = lines.filter(text => !/^[ \t]*$/.test(text))
        assert.deepEqual(linesOf(chunks), kept)
      },
    ),
  )
})

test('a line of the limit passes with either end, in one chunk or byte by byte', () => {
  for (const end of ['\n', '\r\n']) {
    const bytes = Buffer.from('x'.repeat(10) + end)
    assert.deepEqual(linesOf([bytes], 10), ['x'.repeat(10)])
    assert.deepEqual(
      linesOf(
        [...bytes].map(byte => Buffer.of(byte)),
        10,
      ),
      ['x'.repeat(10)],
    )
  }
})

test('a line of one byte more is refused, in one chunk or byte by byte', () => {
  for (const end of ['\n', '\r\n']) {
    const bytes = Buffer.from('x'.repeat(11) + end)
    assert.throws(() => linesOf([bytes], 10), ProtocolError)
    assert.throws(
      () =>
        linesOf(
          [...bytes].map(byte => Buffer.of(byte)),
          10,
        ),
      ProtocolError,
    )
  }
})

test('fault 15: a stream that never ends its line is refused at the limit, blanks too', () => {
  for (const fill of ['x', ' ', '\r']) {
    const splitter = new LineSplitter(1000)
    const push = () => {
      for (let sent = 0; sent < 2000; sent += 100) assert.deepEqual([...splitter.push(Buffer.alloc(100, fill))], [])
    }
    assert.throws(push, ProtocolError)
  }
})

test('an end inside blanks is no error, an end inside a line is', () => {
  assert.deepEqual(linesOf([Buffer.from('a\n \r')]), ['a'])
  assert.throws(() => linesOf([Buffer.from('a\nb')]), ProtocolError)
})

test('a long line in small chunks is copied a bounded number of times', t => {
  const copiedBytes = countCopiedBytes(t)
  const splitter = new LineSplitter(8 << 20)
  const chunk = Buffer.alloc(512, 'x')
  const length = 4 << 20
  let lines = 0
  for (let sent = 0; sent < length; sent += chunk.length) lines += [...splitter.push(chunk)].length
  for (const line of splitter.push(Buffer.from('\n'))) {
    assert.equal(line.length, length)
    lines++
  }
  const copied = copiedBytes()
  assert.equal(lines, 1)
  assert.ok(copied >= length && copied <= 2 * length, `${copied} bytes copied for ${length}`)
})
