// What the fuzzer claims of codecs and memory, shown to be broken by what breaks it.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { claimNoGrowth } from '../../fuzz/cli/growth.ts'
import { Finding } from '../../fuzz/target.ts'
import { withinMemory } from '../../fuzz/targets/allocations.ts'
import { claimSame, decode } from '../../fuzz/targets/decoded.ts'
import { ProtocolError } from '../../packages/tsmld/src/errors.ts'
import type { DaemonMessage } from '../../packages/tsmld/src/protocol/messages.ts'
import { record } from './wire-record.ts'

const finds = (what: () => unknown, message: RegExp) =>
  assert.throws(what, (error: unknown) => error instanceof Finding && message.test(error.message))

test('bytes that mean something else when they are cut up are found', () => {
  const whole = { messages: ['a', 'b'], error: null }
  claimSame(whole, { ...whole })
  claimSame({ ...whole, error: 'one' }, { ...whole, error: 'other' })
  for (const cut of [{ messages: ['a'] }, { messages: ['a', 'c'] }, { messages: ['a', 'b', 'c'] }, { error: 'no' }])
    finds(() => claimSame(whole, { ...whole, ...cut }), /cut up it is/)
})

test('a decoder that throws what it must not, or changes what it gave, is found; its refusal is none', () => {
  const decoder = (push: () => readonly DaemonMessage[]) => ({ push, end() {} })
  const refusing = decoder(() => {
    throw new ProtocolError('no')
  })
  assert.deepEqual(decode(refusing, [Buffer.of(1)]), { messages: [], error: 'no' })
  const failing = decoder(() => {
    throw new RangeError('out of it')
  })
  assert.throws(() => decode(failing, [Buffer.of(1)]), RangeError)
  const data = Buffer.from('a')
  const changing = decoder(() => {
    data[0] = (data[0] ?? 0) + 1
    return [{ kind: 'processRecords', records: [{ ...record, data }], millisBehindLatest: 0, atShardEnd: false }]
  })
  finds(() => decode(changing, [Buffer.of(1), Buffer.of(2)]), /changed when more bytes came/)
})

test('a buffer beyond the limit is found, however it is made, and nothing is watched afterwards', () => {
  const { alloc, allocUnsafe, allocUnsafeSlow } = Buffer
  assert.equal(
    withinMemory(10, () => Buffer.alloc(10).length),
    10,
  )
  for (const make of ['alloc', 'allocUnsafe', 'allocUnsafeSlow'] as const)
    finds(() => withinMemory(10, () => Buffer[make](11)), /a buffer of 11 bytes/)
  assert.deepEqual([Buffer.alloc, Buffer.allocUnsafe, Buffer.allocUnsafeSlow], [alloc, allocUnsafe, allocUnsafeSlow])
})

test('memory that is held after a target is found', () => {
  claimNoGrowth('frames', 0, 2 ** 20)
  finds(() => claimNoGrowth('frames', 0, 2 ** 30), /bytes are held after it/)
})
