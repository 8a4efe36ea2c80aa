import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ProtocolError } from '../../src/errors.ts'
import { encodeHello } from '../../src/protocol/daemon-frames.ts'
import { encodeFrame } from '../../src/protocol/frame-encoder.ts'
import { encodeRefusal, HelloReader } from '../../src/protocol/hello.ts'
import type { Hello } from '../../src/protocol/messages.ts'

const token = 'f00dfeedf00dfeed'
const hello: Hello = { token, stream: 'clicks', shardId: 's', leaseId: 'l', recordFormat: 'kinesis' }

test('the bytes after the hello are given back, whatever the chunks', () => {
  const bytes = Buffer.concat([encodeHello(hello), Buffer.from('what follows')])
  for (let cut = 0; cut <= bytes.length; cut++) {
    const reader = new HelloReader()
    const first = reader.push(bytes.subarray(0, cut))
    const read = first ?? reader.push(bytes.subarray(cut))
    const later = first === null ? '' : bytes.subarray(cut).toString()
    assert.ok(read)
    assert.deepEqual(read.hello, hello)
    assert.equal(`${String(read.rest)}${later}`, 'what follows')
  }
})

test('no error of a hello shows the token', () => {
  const preamble = encodeHello(hello).subarray(0, 8)
  const broken = [
    JSON.stringify({ ...hello, shardId: '' }),
    JSON.stringify({ ...hello, recordFormat: token }),
    JSON.stringify({ token: [token] }),
    `{"token":"${token}"`,
    `["${token}"]`,
    `{"token":"${token}\xff"}`,
  ]
  for (const json of broken)
    assert.throws(
      () => new HelloReader().push(Buffer.concat([preamble, encodeFrame(1, Buffer.from(json, 'latin1'))])),
      (error: unknown) => error instanceof ProtocolError && !error.message.includes(token) && error.cause === undefined,
    )
})

test('another version is named, and can be refused with a reason', () => {
  const reader = new HelloReader()
  assert.throws(() => reader.push(Buffer.from('TSMLDFR\x02')), /version 2 .* version 1/)
  assert.equal(reader.preambleSeen, true)
})

test('what is no preamble is told at its first wrong byte, and gets no refusal', () => {
  const reader = new HelloReader()
  assert.equal(reader.push(Buffer.from('TSM')), null)
  assert.throws(() => reader.push(Buffer.from('X')), ProtocolError)
  assert.equal(reader.preambleSeen, false)
})

test('a reader holds a few bytes until the header of the hello is right', t => {
  const allocate = t.mock.method(Buffer, 'concat')
  const reader = new HelloReader()
  assert.throws(() => reader.push(Buffer.from('TSMLDFR\x01\xff\xff\xff\xff\x01', 'latin1')), ProtocolError)
  assert.equal(allocate.mock.callCount(), 0)
})

test('an empty hello is refused', () => {
  assert.throws(() => new HelloReader().push(Buffer.from('TSMLDFR\x01\0\0\0\0\x01', 'latin1')), ProtocolError)
})

test('a refusal carries its reason as JSON', () => {
  const frame = encodeRefusal('the token is wrong, é')
  assert.equal(frame[4], 0x10)
  assert.deepEqual(JSON.parse(frame.subarray(5).toString()), { reason: 'the token is wrong, é' })
})
