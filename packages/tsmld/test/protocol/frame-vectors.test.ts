import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { ProtocolError } from '../../src/errors.ts'
import { encodeDaemonMessage, encodeHello } from '../../src/protocol/daemon-frames.ts'
import { framesCodec } from '../../src/protocol/frame-codec.ts'
import { FrameSplitter } from '../../src/protocol/frame-splitter.ts'
import { encodeRefusal } from '../../src/protocol/hello.ts'
import type { DaemonMessage, NodeMessage } from '../../src/protocol/messages.ts'
import { type FromNode, nodeFramesDecoder } from '../../src/protocol/node-message-decoder.ts'
import { byteByByte, type Outcome, randomSplits, replay, replayConnection } from './replay.ts'
import { type Vector, vectors } from './vectors.ts'

function run(vector: Vector, chunks: readonly Buffer[]): Outcome<DaemonMessage | FromNode> {
  if (vector.direction === 'toDaemon') return replay(nodeFramesDecoder(), chunks)
  if (vector.phase === 'connection') return replayConnection(chunks)
  return replay(framesCodec().decoder(), chunks)
}

function check(vector: Vector, outcome: Outcome<DaemonMessage | FromNode>): void {
  assert.deepEqual(outcome.hello, vector.hello ?? null)
  assert.deepEqual(outcome.messages, vector.messages)
  if (vector.error === undefined) {
    assert.equal(outcome.error, undefined)
    return
  }
  assert.ok(outcome.error instanceof ProtocolError, `expected a ProtocolError, got ${String(outcome.error)}`)
  assert.equal(outcome.atEnd, vector.atEnd ?? false)
  assert.ok(outcome.error.message.length < 400, 'an error message is bounded')
  if (vector.refusable !== undefined) assert.equal(outcome.preambleSeen, vector.refusable)
}

for (const vector of vectors) {
  test(`frames vector, whole: ${vector.name}`, () => {
    check(vector, run(vector, [vector.bytes]))
  })

  test(`frames vector, byte by byte: ${vector.name}`, () => {
    check(vector, run(vector, byteByByte(vector.bytes)))
  })

  test(`frames vector, at random splits: ${vector.name}`, () => {
    fc.assert(
      fc.property(randomSplits(vector.bytes), chunks => {
        check(vector, run(vector, chunks))
      }),
      { numRuns: vector.bytes.length > 100_000 ? 10 : 50 },
    )
  })
}

function encode(vector: Vector): Buffer {
  const hello = vector.hello === undefined ? [] : [encodeHello(vector.hello)]
  return Buffer.concat([...hello, ...vector.messages.flatMap(encodeMessage)])
}

function encodeMessage(message: DaemonMessage | FromNode): Buffer[] {
  if (message.kind === 'refusal') return [encodeRefusal(message.reason)]
  if (message.kind === 'status' || message.kind === 'checkpoint') return [framesCodec().encode(message as NodeMessage)]
  return encodeDaemonMessage(message)
}

/** The frames of a stream, those of JSON parsed, so that the order of fields does not matter. */
function comparable(bytes: Buffer): unknown[] {
  const start = bytes.subarray(0, 3).toString() === 'TSM' ? 8 : 0
  return [
    bytes.subarray(0, start).toString('hex'),
    ...[...new FrameSplitter(1 << 20).push(bytes.subarray(start))].map(({ kind, payload }) => ({
      kind,
      payload: [0x01, 0x02, 0x10].includes(kind)
        ? (JSON.parse(payload.toString()) as unknown)
        : payload.toString('hex'),
    })),
  ]
}

const canonical = vectors.filter(vector => vector.canonical)

test('there are canonical vectors of both directions', () => {
  assert.ok(canonical.filter(vector => vector.direction === 'toNode').length > 40)
  assert.ok(canonical.filter(vector => vector.direction === 'toDaemon').length > 8)
})

for (const vector of canonical) {
  test(`encoding gives the vector's frames: ${vector.name}`, () => {
    assert.deepEqual(comparable(encode(vector)), comparable(vector.bytes))
  })
}
