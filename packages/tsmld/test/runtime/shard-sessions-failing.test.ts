import assert from 'node:assert/strict'
import { test } from 'node:test'
import { RestartLimitError } from '../../src/errors.ts'
import { sessionsOf } from '../support/stream-sessions.ts'
import { isPending, turns } from '../support/turns.ts'
import { VirtualClock } from '../support/virtual-clock.ts'
import { answered, batch, initialize } from '../support/wire-records.ts'

const shardId = 'shardId-000000000000'

/** Lets the shard's session fail once: its batch throws. */
async function failOnce(given: ReturnType<typeof sessionsOf>, clock: VirtualClock): Promise<void> {
  const { peer } = given.open()
  peer.say(initialize())
  await clock.pass(60_000)
  peer.say(batch(1))
  await clock.pass(0)
  given.works.at(-1)?.reject(new Error('poison'))
  await clock.pass(0)
  assert.equal(peer.closed, true)
}

test('a shard that failed waits longer each time before its user code runs again', async t => {
  const clock = new VirtualClock(t)
  const given = sessionsOf('frames', { shardRestartLimit: 10 })
  for (const [failures, fullMs] of [500, 1_000, 2_000].entries()) {
    await failOnce(given, clock)
    const { peer } = given.open()
    const made = given.calls.length
    peer.say(initialize())
    await clock.pass(fullMs / 2 - 1)
    assert.equal(given.calls.length, made, `after failure ${failures + 1} it began within ${fullMs / 2} ms`)
    await clock.pass(fullMs / 2 + 1)
    assert.equal(given.calls.length, made + 1)
    peer.stream.destroy()
    await turns()
  }
  assert.match(given.log.messages('debug').join('\n'), /failed before: it waits/)
})

test('a stop interrupts the wait of a shard that failed', async t => {
  const clock = new VirtualClock(t)
  const given = sessionsOf()
  await failOnce(given, clock)
  const { peer } = given.open()
  peer.say(initialize())
  await clock.pass(10)
  const made = given.calls.length
  given.sessions.stop()
  await turns()
  assert.equal(peer.closed, true)
  await clock.pass(60_000)
  assert.equal(given.calls.length, made)
})

test('a shard past its restart limit is loud in the log and the status, and fails the stream', async t => {
  const clock = new VirtualClock(t)
  const given = sessionsOf()
  for (let failure = 1; failure <= 3; failure++) await failOnce(given, clock)
  assert.equal(await isPending(given.sessions.failed), true)
  assert.equal(given.sessions.statuses()[0]?.failures, 3)
  await failOnce(given, clock)
  const error = await given.sessions.failed
  assert(error instanceof RestartLimitError)
  assert.equal(error.shardId, shardId)
  assert.match(error.message, /shardId-000000000000 failed 4 times in a row without a checkpoint.*poison/)
  assert.equal(given.log.messages('error').length, 4)
  assert.equal(given.failures.length, 4)
})

test('a session that saved a checkpoint before it failed counts from one', async t => {
  const clock = new VirtualClock(t)
  const given = sessionsOf('frames', {
    factory: () => ({
      async processRecords(_, checkpointer) {
        await checkpointer.checkpoint()
        throw new Error('after its checkpoint')
      },
    }),
  })
  for (let failure = 1; failure <= 5; failure++) {
    const { peer } = given.open()
    peer.say(initialize())
    await clock.pass(60_000)
    peer.say(batch(1))
    await turns()
    peer.say(answered(1))
    await turns()
    assert.equal(peer.closed, true)
  }
  assert.equal(given.failures.length, 5)
  assert.equal(given.sessions.statuses()[0]?.failures, 1)
  assert.equal(await isPending(given.sessions.failed), true)
})

test('fault 7: a lost lease counts no failure, whatever the handler threw, and is told at info', async () => {
  const { open, busy, works, failures, log, sessions } = sessionsOf()
  const peer = await busy()
  peer.say({ kind: 'leaseLosing' })
  await turns()
  works[0]?.reject(new Error('aborted in the middle'))
  await turns()
  peer.say({ kind: 'leaseLost' })
  await turns()
  assert.deepEqual(failures, [])
  assert.deepEqual([...log.messages('error'), ...log.messages('warn')], [])
  assert.match(log.messages('info').join('\n'), /the lease is lost/)
  assert.deepEqual(sessions.statuses(), [])
  const again = open().peer
  again.say(initialize())
  await turns()
  assert.deepEqual(again.heard(), ['status initialize'])
})

test('the counts of a shard go on over its sessions, and its status is plain JSON', async t => {
  const clock = new VirtualClock(t)
  const given = sessionsOf()
  await failOnce(given, clock)
  const { peer } = given.open()
  peer.say(initialize())
  await clock.pass(1_000)
  peer.say(batch(1, 2))
  await clock.pass(70)
  const statuses = given.sessions.statuses()
  assert.deepEqual(JSON.parse(JSON.stringify(statuses)), statuses)
  assert.equal(statuses.length, 1)
  const [status] = statuses
  assert.equal(status?.shardId, shardId)
  assert.equal(status.state, 'handling processRecords')
  assert.equal(status.handlingMs, 70)
  assert.deepEqual([status.records, status.batches, status.failures], [3, 2, 1])
})
