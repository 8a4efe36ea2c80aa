import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { ProtocolError } from '../../src/errors.ts'
import { encodeFrame } from '../../src/protocol/frame-encoder.ts'
import { type Frame, FrameSplitter } from '../../src/protocol/frame-splitter.ts'
import { countCopiedBytes } from './copied-bytes.ts'
import { randomSplits } from './replay.ts'

function framesOf(chunks: readonly Buffer[], limit = 1000): Frame[] {
  const splitter = new FrameSplitter(limit)
  const frames = chunks.flatMap(chunk => [...splitter.push(chunk)])
  splitter.end()
  return frames
}

test('any splits give the same frames', () => {
  const frame = fc.record(
    {
      kind: fc.nat({ max: 255 }),
      payload: fc.uint8Array({ maxLength: 100 }).map(bytes => Buffer.from(bytes)),
    },
    { noNullPrototype: true },
  )
  fc.assert(
    fc.property(
      fc.array(frame, { maxLength: 10 }).chain(frames => {
        const bytes = Buffer.concat(frames.map(({ kind, payload }) => encodeFrame(kind, payload)))
        return fc.tuple(fc.constant(frames), randomSplits(bytes))
      }),
      ([frames, chunks]) => {
        assert.deepEqual(
          framesOf(chunks),
          frames.map(({ kind, payload }) => ({ kind, payload, left: 0 })),
        )
      },
    ),
  )
})

test('a frame that lies whole in its chunk is not copied', () => {
  const chunk = encodeFrame(4, Buffer.from('payload'))
  const [frame] = framesOf([chunk])
  assert.ok(frame)
  assert.equal(frame.payload.buffer, chunk.buffer)
  assert.equal(frame.payload.byteOffset, chunk.byteOffset + 5)
})

test('a frame over many chunks is copied once, its header again', t => {
  const bytes = encodeFrame(4, Buffer.alloc(1 << 20, 'x'))
  const chunks = Array.from({ length: Math.ceil(bytes.length / 700) }, (_, i) => bytes.subarray(i * 700, (i + 1) * 700))
  const copiedBytes = countCopiedBytes(t)
  assert.equal(framesOf(chunks, 1 << 20).length, 1)
  assert.equal(copiedBytes(), bytes.length)
})

test('a kind that is given in pieces is not copied, and each piece says how much is left', t => {
  const bytes = Buffer.concat([encodeFrame(4, Buffer.from('payload')), encodeFrame(3, Buffer.from('abc'))])
  const copiedBytes = countCopiedBytes(t)
  const splitter = new FrameSplitter(1000, 4)
  const frames = [bytes.subarray(0, 8), bytes.subarray(8, 9), bytes.subarray(9)].flatMap(chunk => [
    ...splitter.push(chunk),
  ])
  assert.deepEqual(
    frames.map(({ kind, payload, left }) => [kind, payload.toString(), left]),
    [
      [4, 'pay', 4],
      [4, 'l', 3],
      [4, 'oad', 0],
      [3, 'abc', 0],
    ],
  )
  assert.equal(copiedBytes(), 10, 'the two headers alone')
})

test('frames do not share memory that a later frame writes', () => {
  const first = encodeFrame(4, Buffer.from('first'))
  const other = encodeFrame(4, Buffer.from('other'))
  const chunks = [...Buffer.concat([first, other])].map(byte => Buffer.of(byte))
  assert.deepEqual(
    framesOf(chunks).map(({ payload }) => payload.toString()),
    ['first', 'other'],
  )
})

test('the limit is the greatest payload that passes', () => {
  assert.equal(framesOf([encodeFrame(4, Buffer.alloc(10))], 10)[0]?.payload.length, 10)
  assert.throws(() => framesOf([encodeFrame(4, Buffer.alloc(11))], 10), ProtocolError)
})

test('fault 15: a frame over the limit is refused by its header, before memory is spent on it', t => {
  const allocate = t.mock.method(Buffer, 'allocUnsafeSlow')
  const splitter = new FrameSplitter(1000)
  assert.throws(() => [...splitter.push(Buffer.from('ffffffff04', 'hex'))], /0x04 has 4294967295 bytes.*1000/)
  assert.equal(allocate.mock.callCount(), 0)
})

test('fault 15: an end inside a header or a payload is an error, between frames it is not', () => {
  const bytes = encodeFrame(2, Buffer.from('abc'))
  for (let end = 1; end < bytes.length; end++) assert.throws(() => framesOf([bytes.subarray(0, end)]), ProtocolError)
  assert.equal(framesOf([bytes]).length, 1)
})
