import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { FlushToken } from '../../src/processors/flusher.ts'
import { flushing, type TestFlusher } from '../support/flushers.ts'
import { heardBy } from '../support/played-records.ts'
import { endError } from '../support/played-session.ts'
import { turns } from '../support/turns.ts'
import { batch } from '../support/wire-records.ts'

test('fault 22: a flush that rejects is tried again, ever more gently and loudly; nothing advances, and it recovers by itself', async t => {
  const events: string[] = []
  const { daemon, flusher, clock, log, end, session } = await flushing(t, {
    onEvent: ({ kind, record }) => void events.push(`${kind} ${record.sequenceNumber}`),
  })
  let isDown = true
  flusher.flushes = () => (isDown ? Promise.reject(new Error('the sink is down')) : flusher.take())
  daemon.say(batch(1, 2))
  await clock.pass(600_000)
  assert.equal(end(), null)
  assert.deepEqual(await heardBy(daemon), ['status processRecords'])
  const flushes = flusher.newCalls().filter(call => call === 'partial').length
  assert.ok(flushes > 500 && flushes < 1_300, `${flushes} flushes in 10 minutes`)
  assert.match(log.messages('warn')[0] ?? '', /flush\('partial'\) failed and is tried again: the sink is down/)
  assert.match(log.messages('error')[0] ?? '', /flusher fails and blocks.*the sink is down/)
  assert.ok(log.messages('error').length < 12)
  const { blocked, blockedRecords } = session.status()
  assert.deepEqual([blockedRecords, blocked[0]?.sequenceNumber, blocked[0]?.error], [1, '1', 'the sink is down'])
  isDown = false
  await clock.pass(1_000)
  assert.deepEqual(await heardBy(daemon), ['checkpoint 2/0'])
  assert.deepEqual(events, ['recordBlocked 1', 'recordUnblocked 1'])
  assert.deepEqual(log.messages('info'), ['the shard begins', 'no record blocks the shard any more'])
})

test('a flush that never returns is told as the longest call, of the oldest record that it may hold up', async t => {
  const { daemon, flusher, clock, session } = await flushing(t, { flushIntervalMs: 500 })
  flusher.flushes = () => new Promise(() => {})
  daemon.say(batch(1, 2))
  await clock.pass(499)
  assert.equal(session.status().longestCall, null)
  await clock.pass(60_001)
  assert.deepEqual(session.status().longestCall, { sequenceNumber: '1', runsMs: 60_000 })
})

test('what add and heartbeat throw is tried again as well', async t => {
  const { daemon, flusher, clock, log } = await flushing(t)
  let throwing = 2
  const failTwice = (): null => {
    if (throwing-- > 0) throw new Error('not now')
    return null
  }
  flusher.refuses = failTwice
  daemon.say(batch(1))
  await clock.pass(400)
  assert.deepEqual(await heardBy(daemon), ['status processRecords'])
  throwing = 2
  flusher.beat = () => {
    failTwice()
    return flusher.take()
  }
  await clock.pass(2_000)
  assert.deepEqual(await heardBy(daemon), ['checkpoint 1/0'])
  const said = log.messages('warn').map(each => each.split(' failed')[0])
  assert.deepEqual(
    said,
    ['add()', 'add()', 'heartbeat()', 'heartbeat()'].map(call => `the flusher's ${call}`),
  )
})

test('a heartbeat that fails again and again blocks loudly too, where the flusher holds nothing', async t => {
  const { daemon, flusher, clock, log, session } = await flushing(t)
  let isDown = true
  flusher.beat = () => {
    if (isDown) throw new Error('the sink is down')
    return []
  }
  await clock.pass(60_000)
  assert.deepEqual(log.messages('error'), [])
  daemon.say(batch(7))
  await clock.pass(60_000)
  assert.deepEqual([session.status().blockedRecords, session.status().blocked[0]?.sequenceNumber], [1, '7'])
  assert.match(log.messages('error')[0] ?? '', /flusher fails and blocks.*the sink is down/)
  isDown = false
  await clock.pass(20_000)
  assert.deepEqual(await heardBy(daemon), ['status processRecords', 'checkpoint 7/0'])
  assert.equal(session.status().blockedRecords, 0)
})

for (const [what, answer, says] of [
  ['a token that it was never given', () => [99 as FlushToken], /token 99, which was never given/],
  ['a token twice', (flusher: TestFlusher) => [...flusher.take(0), 1 as FlushToken], /token 1 twice/],
  ['no array', () => 'done' as never, /no array of tokens/],
] as const) {
  test(`a flusher that returns ${what} fails its session, and nothing advances`, async t => {
    const played = await flushing(t, { maxRecords: 2 })
    const { daemon, flusher, clock } = played
    flusher.flushes = () => answer(flusher)
    daemon.say(batch(1, 2, 3))
    await clock.pass(10_000)
    assert.deepEqual(daemon.heard(), [])
    assert.match(endError(played).message, says)
    assert.equal(flusher.calls.at(-1), 'close')
    assert.equal(clock.waiting, 0)
  })
}

test('a token that was returned before, and one of a record that was not added, fail the session at the next call', async t => {
  for (const ignores of [true, false]) {
    const played = await flushing(t)
    const { daemon, flusher, clock } = played
    flusher.refuses = n => (ignores && n === 1 ? 'ignored' : null)
    daemon.say(batch(1, 2))
    await clock.pass(1_000)
    daemon.say(batch(3))
    await turns()
    daemon.heard()
    flusher.flushes = () => [1 as FlushToken]
    await clock.pass(1_000)
    daemon.say(batch())
    await turns()
    assert.match(endError(played).message, /token 1 again, or without having added/)
    assert.deepEqual(daemon.heard(), [])
  }
})

test('a flusher that is full after a full flush, or whose full flush keeps something, fails its session', async t => {
  const stubborn = await flushing(t, {}, flusher => (flusher.refuses = () => 'full'))
  stubborn.daemon.say(batch(1))
  await turns()
  assert.match(endError(stubborn).message, /right after flush\('full'\)/)
  assert.deepEqual(stubborn.flusher.calls, ['full 1', 'partial', 'full 1', 'full', 'full 1', 'close'])
  const keeping = await flushing(t)
  keeping.flusher.flushes = () => keeping.flusher.take(0)
  keeping.daemon.say(batch(1, 2))
  await turns()
  keeping.daemon.say({ kind: 'shardEnded' })
  await turns()
  assert.match(endError(keeping).message, /did not return the tokens of 1 records/)
  assert.deepEqual(keeping.daemon.heard(), ['status processRecords'])
})

test('a stop is not held up by a flusher that blocks, and the end of a shard that has anything left fails', async t => {
  for (const last of ['shutdownRequested', 'shardEnded'] as const) {
    const played = await flushing(t)
    const { daemon, flusher, session, clock } = played
    flusher.flushes = () => Promise.reject(new Error('down'))
    daemon.say(batch(1))
    await clock.pass(5_000)
    session.announceStop()
    daemon.say({ kind: last })
    await turns()
    if (last === 'shardEnded') assert.match(endError(played).message, /its end is left to the next worker/)
    else assert.deepEqual(daemon.heard(), ['status processRecords', 'status shutdownRequested'])
    session.end(new Error('over'))
    await turns()
    assert.equal(flusher.calls.at(-1), 'close')
    assert.equal(clock.waiting, 0)
  }
})

test('a record that add fails for is left by a stop, and what was added before it is flushed', async t => {
  const { daemon, flusher, session, clock } = await flushing(t, { flushIntervalMs: 60_000 })
  flusher.refuses = n => {
    if (n === 3) throw new Error('poison')
    return null
  }
  daemon.say(batch(1, 2, 3))
  await clock.pass(5_000)
  session.announceStop()
  await turns()
  daemon.say({ kind: 'shutdownRequested' })
  assert.deepEqual(await heardBy(daemon), ['status processRecords', 'checkpoint 2/0', 'status shutdownRequested'])
  session.end(new Error('over'))
  await turns()
  assert.equal(clock.waiting, 0)
})

test('a factory that makes no flusher fails its session with a word about why', async t => {
  const played = await flushing(t, { flusher: () => ({ add: () => 'added' }) as never })
  await turns()
  assert.match(endError(played).message, /no object with methods add and flush/)
})
