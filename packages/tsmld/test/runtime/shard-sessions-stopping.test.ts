import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Deferred, deferred } from '../../src/deferred.ts'
import { sessionsOf } from '../support/stream-sessions.ts'
import { isPending, turns } from '../support/turns.ts'
import { VirtualClock } from '../support/virtual-clock.ts'
import { batch, initialize } from '../support/wire-records.ts'

test('while stopping, a shard that begins is refused where that costs its session only', async () => {
  const { open, sessions, calls } = sessionsOf()
  sessions.stop()
  const { peer } = open()
  peer.say(initialize())
  await turns()
  assert.equal(peer.closed, true)
  assert.deepEqual(calls, [])
})

test('while stopping, a shard that begins is left unanswered where a refusal would end the whole daemon', async t => {
  const clock = new VirtualClock(t)
  const given = sessionsOf('json-lines', { refuseWhileStopping: false })
  const { peer: failing } = given.open()
  failing.say(initialize())
  await turns()
  failing.say(batch(1))
  await turns()
  given.works[0]?.reject(new Error('poison'))
  await turns()
  const { peer: waiting } = given.open()
  waiting.say(initialize())
  await turns()
  given.sessions.stop()
  const { peer: late } = given.open()
  late.say(initialize())
  await clock.pass(60_000)
  for (const peer of [waiting, late]) {
    assert.deepEqual(peer.heard(), [])
    assert.equal(peer.closed, false)
  }
  assert.deepEqual(given.calls, ['made 1', 'began 1', 'settled 1'])
  await given.sessions.terminate()
  await turns()
  assert.equal(waiting.closed && late.closed, true)
})

test('left, a stream finishes what its shards do and waits for no other', async () => {
  const given = sessionsOf('json-lines', { refuseWhileStopping: false })
  const working = await given.busy()
  const { peer: idle } = given.open()
  idle.say(initialize('shardId-000000000001'))
  await turns()
  idle.heard()
  const left = given.sessions.leave()
  const { peer: late } = given.open()
  late.say(initialize('shardId-000000000002'))
  idle.say(batch(5))
  assert.equal(await isPending(left), true)
  given.works[0]?.resolve()
  await left
  await turns()
  assert.deepEqual(working.heard(), ['status initialize', 'status processRecords'])
  assert.deepEqual([...idle.heard(), ...late.heard()], [])
  assert.deepEqual([working.closed, idle.closed, late.closed], [false, false, false])
})

test('terminated, every session ends at once and its signal is aborted', async () => {
  const { busy, sessions, shards, failures } = sessionsOf()
  const peer = await busy()
  await sessions.terminate()
  await turns()
  assert.equal(peer.closed, true)
  assert.equal(shards[0]?.signal.aborted, true)
  assert.deepEqual(failures, [])
})

test('when the stream stops its shards are told at once, and nothing else changes for them yet', async () => {
  const { busy, sessions, shards, works } = sessionsOf()
  const peer = await busy()
  const [shard] = shards
  assert(shard !== undefined)
  assert.equal(shard.stopping.aborted, false)
  sessions.stop()
  assert.equal(shard.stopping.aborted, true)
  assert.equal(shard.signal.aborted, false)
  works[0]?.resolve()
  await turns()
  assert.deepEqual(peer.heard(), ['status initialize', 'status processRecords'])
})

for (const [how, settle] of [
  ['resolves', (work: Deferred<void>) => work.resolve()],
  ['rejects', (work: Deferred<void>) => work.reject(new Error('aborted'))],
] as const) {
  test(`work that goes on after its methods have settled holds back the next session of its shard, until it ${how}`, async () => {
    const work = deferred<void>()
    const { open, sessions } = sessionsOf('frames', {
      factory: () => ({ processRecords() {}, settled: () => work.promise }),
    })
    const older = open().peer
    older.say(initialize())
    await turns()
    older.stream.destroy()
    await turns()
    assert.equal(sessions.running.length, 1)
    const newer = open().peer
    newer.say(initialize())
    await turns()
    assert.deepEqual(newer.heard(), [])
    settle(work)
    await turns()
    assert.deepEqual(newer.heard(), ['status initialize'])
    assert.equal(sessions.running.length, 1)
  })
}
