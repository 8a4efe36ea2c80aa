import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inspect } from 'node:util'
import fc from 'fast-check'
import { ProtocolError } from '../../src/errors.ts'
import { encodeDaemonMessage } from '../../src/protocol/daemon-frames.ts'
import { encodeDaemonLine } from '../../src/protocol/daemon-lines.ts'
import { framesCodec } from '../../src/protocol/frame-codec.ts'
import { encodeFrame } from '../../src/protocol/frame-encoder.ts'
import { HelloReader } from '../../src/protocol/hello.ts'
import { jsonLinesCodec } from '../../src/protocol/json-lines-codec.ts'
import type { DaemonMessage, NodeMessage, WireRecord } from '../../src/protocol/messages.ts'
import { nodeFramesDecoder, nodeLinesDecoder } from '../../src/protocol/node-message-decoder.ts'
import { daemonMessages, nodeMessages, wireRecord } from './arbitraries.ts'
import { randomSplits, replay } from './replay.ts'

function processRecords(records: readonly WireRecord[]): DaemonMessage {
  return { kind: 'processRecords', records, millisBehindLatest: null, atShardEnd: false }
}

/** What comes out of `messages` in a random chunking of their encoding. */
function roundTrip<M>(
  messages: fc.Arbitrary<M[]>,
  encode: (message: M) => readonly Buffer[],
  decoder: () => Parameters<typeof replay<unknown>>[0],
): void {
  const property = fc.property(
    messages.chain(all => fc.tuple(fc.constant(all), randomSplits(Buffer.concat(all.flatMap(encode))))),
    ([all, chunks]) => {
      const outcome = replay(decoder(), chunks)
      assert.equal(outcome.error, undefined)
      assert.deepEqual(outcome.messages, all)
    },
  )
  fc.assert(property)
}

test("the daemon's messages come back from frames of any size", () => {
  for (const payloadBytes of [200, 1000, 1 << 20])
    roundTrip<DaemonMessage>(
      fc.array(daemonMessages('frames'), { maxLength: 5 }),
      message => encodeDaemonMessage(message, payloadBytes),
      () => framesCodec().decoder(),
    )
})

test("the daemon's messages come back from lines, those of KCL 1 too", () => {
  for (const version of ['version 2', 'KCL 3'] as const)
    roundTrip<DaemonMessage>(
      fc.array(daemonMessages('json-lines'), { maxLength: 5 }),
      message => [encodeDaemonLine(message, version)],
      () => jsonLinesCodec().decoder(),
    )
})

test("Node's messages come back from both codecs", () => {
  const pairs = [
    [framesCodec(), nodeFramesDecoder],
    [jsonLinesCodec(), nodeLinesDecoder],
  ] as const
  for (const [codec, decoder] of pairs)
    roundTrip<NodeMessage>(
      fc.array(nodeMessages, { maxLength: 5 }),
      message => [codec.encode(message)],
      () => decoder(),
    )
})

test('a record of data has a view of its chunk, not a copy', () => {
  const record = { ...fc.sample(wireRecord('frames'), { numRuns: 1, seed: 1 })[0], data: Buffer.from('some data') }
  const chunk = Buffer.concat(encodeDaemonMessage(processRecords([record as never])))
  const [message] = [...framesCodec().decoder().push(chunk)]
  assert.ok(message?.kind === 'processRecords')
  assert.equal(message.records[0]?.data.buffer, chunk.buffer)
})

test('a record shows all of its fields to JSON.stringify and console.log, and has one data', () => {
  const record = { ...fc.sample(wireRecord('frames'), { numRuns: 1, seed: 1 })[0], data: Buffer.from('some data') }
  const [message] = [
    ...framesCodec()
      .decoder()
      .push(Buffer.concat(encodeDaemonMessage(processRecords([record as never])))),
  ]
  assert.ok(message?.kind === 'processRecords')
  const [came] = message.records
  assert.ok(came)
  assert.equal(JSON.stringify(came), JSON.stringify(record))
  assert.equal(inspect(came), inspect(record))
  assert.equal(came.data, came.data)
})

test('a record that is kept stays as it was, whatever comes after it', () => {
  const decoder = framesCodec().decoder()
  const sent = fc.sample(wireRecord('frames'), { numRuns: 40, seed: 2 })
  const kept = sent.flatMap(record => {
    const bytes = Buffer.concat(encodeDaemonMessage(processRecords([record]), 150))
    // Cut inside the frames, so that some are put together and some are views of their chunk.
    const chunks = [bytes.subarray(0, 40), bytes.subarray(40)]
    return chunks.flatMap(chunk => [...decoder.push(Buffer.from(chunk))])
  })
  const records = kept.flatMap(message => (message.kind === 'processRecords' ? message.records : []))
  assert.deepEqual(JSON.stringify(records), JSON.stringify(sent))
})

test('checkpoints may go out between actions', () => {
  assert.equal(framesCodec().checkpointsBetweenActions, true)
})

test('each limit can be set, and is the greatest that passes', () => {
  const record = { ...fc.sample(wireRecord('frames'), { numRuns: 1, seed: 1 })[0], data: Buffer.alloc(1000) } as never
  const frames = encodeDaemonMessage(processRecords([record]), 100)
  const payloads = frames.slice(1, -1).map(frame => frame.subarray(5))
  const bytes = Buffer.concat(payloads).length
  const fits = { payloadBytes: 100, recordBytes: bytes - 4, batchBytes: bytes }
  const errorWith = (limits: object) => replay(framesCodec(limits).decoder(), frames).error
  assert.equal(errorWith(fits), undefined)
  for (const [name, value] of Object.entries(fits))
    assert.ok(errorWith({ ...fits, [name]: value - 1 }) instanceof ProtocolError, name)
})

test('a batch that announces much spends no memory before its records come', t => {
  const allocate = t.mock.method(Buffer, 'allocUnsafeSlow')
  const start = Buffer.alloc(21)
  start.writeUInt32BE(1_000_000, 0)
  start.writeUInt32BE(200_000_000, 8)
  assert.deepEqual([...framesCodec().decoder().push(encodeFrame(3, start))], [])
  assert.equal(allocate.mock.callCount(), 0)
})

test('fault 15: garbage raises nothing but a ProtocolError, in either codec, direction and in the hello', () => {
  const garbage = fc.oneof(
    fc.uint8Array({ maxLength: 200 }).map(bytes => Buffer.from(bytes)),
    fc.string({ unit: 'binary', maxLength: 200 }).map(text => Buffer.from(`${text}\n`)),
    fc.json().map(text => Buffer.from(`${text}\n`)),
    fc
      .tuple(fc.nat({ max: 255 }), fc.uint8Array({ maxLength: 100 }))
      .map(([kind, bytes]) => encodeFrame(kind, Buffer.from(bytes))),
    fc.json().map(text => encodeFrame(2, Buffer.from(text))),
    fc
      .uint8Array({ maxLength: 100 })
      .map(bytes => Buffer.concat([Buffer.from('TSMLDFR\x01'), encodeFrame(1, Buffer.from(bytes))])),
  )
  const readHello = {
    push: (chunk: Buffer) => (new HelloReader().push(chunk) === null ? [] : [1]),
    end: () => undefined,
  }
  const decoders = [
    () => framesCodec().decoder(),
    () => jsonLinesCodec().decoder(),
    () => nodeFramesDecoder(),
    () => nodeLinesDecoder(),
    () => readHello,
  ]
  fc.assert(
    fc.property(fc.array(garbage, { minLength: 1, maxLength: 4 }), chunks => {
      for (const decoder of decoders) {
        const { error } = replay<unknown>(decoder(), chunks)
        assert.ok(error === undefined || error instanceof ProtocolError, String(error))
      }
    }),
    { numRuns: 500 },
  )
})

test('fault 15: one changed byte in a session gives messages or a ProtocolError, never another error', () => {
  const session = fc.array(daemonMessages('frames'), { minLength: 1, maxLength: 4 })
  const changed = session.chain(messages => {
    const bytes = Buffer.concat(messages.flatMap(message => encodeDaemonMessage(message, 300)))
    return fc.tuple(fc.nat({ max: bytes.length - 1 }), fc.nat({ max: 255 })).map(([at, byte]) => {
      bytes[at] = byte
      return bytes
    })
  })
  fc.assert(
    fc.property(changed, bytes => {
      const { error } = replay(framesCodec().decoder(), [bytes])
      assert.ok(error === undefined || error instanceof ProtocolError, String(error))
    }),
    { numRuns: 500 },
  )
})
