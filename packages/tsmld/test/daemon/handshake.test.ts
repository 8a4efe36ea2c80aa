import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Handshake, helloHandshake, noHandshake, tokenLineHandshake } from '../../src/daemon/handshake.ts'
import { encodeHello } from '../../src/protocol/daemon-frames.ts'
import { frameHeaderBytes, frameKind } from '../../src/protocol/frame-layout.ts'
import { helloOf } from '../support/daemon-peer.ts'

const token = 'a5'.repeat(32)
const hello = helloOf({ token })

/** What a handshake comes to when the bytes arrive in two pieces, or in single bytes where `at` is null. */
function pushSplit(handshake: Handshake, bytes: Buffer, at: number | null) {
  const pieces = at === null ? [...bytes].map(byte => Buffer.of(byte)) : [bytes.subarray(0, at), bytes.subarray(at)]
  let result = handshake.push(Buffer.alloc(0))
  for (const [index, piece] of pieces.entries()) {
    result = handshake.push(piece)
    if (result.kind !== 'incomplete') return { result, left: Buffer.concat(pieces.slice(index + 1)) }
  }
  return { result, left: Buffer.alloc(0) }
}

/** The reason in a refusal frame. */
function refusalReason(frame: Buffer | undefined): string {
  assert(frame !== undefined)
  assert.equal(frame.readUInt32BE(0), frame.length - frameHeaderBytes)
  assert.equal(frame[4], frameKind.refusal)
  const { reason } = JSON.parse(frame.toString('utf8', frameHeaderBytes)) as { reason: string }
  return reason
}

test('a hello with the right token is accepted, split at every byte, and what follows it is kept', () => {
  const bytes = Buffer.concat([encodeHello(hello), Buffer.from('next')])
  for (let at = 0; at <= bytes.length; at++) {
    const { result, left } = pushSplit(helloHandshake(token), bytes, at)
    assert(result.kind === 'accepted')
    assert.deepEqual(result.hello, hello)
    assert.equal(Buffer.concat([result.rest, left]).toString(), 'next')
  }
})

test('a token line is accepted split at every byte, and what follows it is kept', () => {
  for (const end of ['\n', '\r\n']) {
    const bytes = Buffer.from(`${token}${end}{"action":1}\n`)
    for (const at of [null, ...bytes.keys()]) {
      const { result, left } = pushSplit(tokenLineHandshake(token), bytes, at)
      assert(result.kind === 'accepted', `split at ${String(at)}`)
      assert.equal(result.hello, null)
      assert.equal(Buffer.concat([result.rest, left]).toString(), '{"action":1}\n')
    }
  }
})

test('fault 17: a wrong token is refused in words that the daemon can log, and without the tokens', () => {
  for (const wrong of ['b6'.repeat(32), token.slice(1), `${token}0`, ' ', token.toUpperCase()]) {
    const { result } = pushSplit(helloHandshake(token), encodeHello(helloOf({ token: wrong })), null)
    assert(result.kind === 'refused')
    assert.equal(result.reason, 'wrong token')
    assert.equal(refusalReason(result.answer), 'wrong token')
  }
})

test('a wrong token line is refused without an answer: a MultiLangDaemon would take it for a message', () => {
  for (const wrong of [
    `${token.slice(1)}0\n`,
    '\n',
    `x${token}\n`,
    // Whole as in pieces, where it is longer than a token before its end is seen.
    `${token}\r\r\n`,
    `${token} \n`,
    'GET / HTTP/1.1\r\n',
    '{"action":"initialize"}\n',
  ]) {
    for (const at of [null, 0]) {
      const { result } = pushSplit(tokenLineHandshake(token), Buffer.from(wrong), at)
      assert.deepEqual(result, { kind: 'refused', reason: 'wrong token' })
    }
  }
})

test('fault 17: a token line that does not end is refused as soon as it is longer than the token', () => {
  const handshake = tokenLineHandshake(token)
  assert.equal(handshake.push(Buffer.from(`${token}\r`)).kind, 'incomplete')
  assert.equal(handshake.push(Buffer.from('x')).kind, 'refused')
})

test('a daemon of another version is told why it is refused', () => {
  const bytes = encodeHello(hello)
  bytes[7] = 9
  const { result } = pushSplit(helloHandshake(token), bytes, null)
  assert(result.kind === 'refused')
  assert.match(refusalReason(result.answer), /version 9 .* version 1/)
})

test('fault 17: a hello over the limit is refused at its header, before its payload', () => {
  const bytes = encodeHello(hello)
  bytes.writeUInt32BE(4_097, 8)
  const { result } = pushSplit(helloHandshake(token), bytes.subarray(0, 13), null)
  assert(result.kind === 'refused')
  assert.match(refusalReason(result.answer), /4097 bytes, over the limit of 4096/)
})

for (const [what, bytes] of [
  ['HTTP', Buffer.from('GET / HTTP/1.1\r\n\r\n')],
  ['a TLS hello', Buffer.from('160301', 'hex')],
  ['zeros', Buffer.alloc(64)],
] as const) {
  test(`${what} is refused at the first wrong byte, without an answer`, () => {
    const handshake = helloHandshake(token)
    const result = handshake.push(bytes)
    assert(result.kind === 'refused')
    assert.equal(result.answer, undefined)
    assert.equal(handshake.refusal('anything'), undefined)
  })
}

test('a first frame that is no hello is refused', () => {
  const bytes = encodeHello(hello)
  bytes[12] = frameKind.message
  const { result } = pushSplit(helloHandshake(token), bytes, null)
  assert(result.kind === 'refused')
  assert.match(refusalReason(result.answer), /0x02, not a hello/)
})

test('a hello that is no JSON, or lacks a field, is refused without quoting it: the token is in it', () => {
  for (const payload of [`{"token":"${token}"`, JSON.stringify({ token }), JSON.stringify({ ...hello, stream: 7 })]) {
    const frame = Buffer.concat([Buffer.alloc(frameHeaderBytes), Buffer.from(payload)])
    frame.writeUInt32BE(payload.length, 0)
    frame[4] = frameKind.hello
    const { result } = pushSplit(helloHandshake(token), Buffer.concat([Buffer.from('TSMLDFR\x01'), frame]), null)
    assert(result.kind === 'refused')
    assert.equal(refusalReason(result.answer), result.reason)
    assert(!result.reason.includes(token))
  }
})

test('over a Unix socket a bridge process needs no token: the folder is the guard', () => {
  const result = noHandshake.push(Buffer.from('{"action":"initialize"}'))
  assert(result.kind === 'accepted')
  assert.equal(result.rest.toString(), '{"action":"initialize"}')
})
