import assert from 'node:assert/strict'
import { test } from 'node:test'
import { deferred } from '../../src/deferred.ts'
import { CheckpointError, ProtocolError } from '../../src/errors.ts'
import type { Checkpointer } from '../../src/session/record-processor.ts'
import { begunSession, endError, newSession } from '../support/played-session.ts'
import { codecKinds } from '../support/scripted-daemon.ts'
import { isPending, rejection, turns } from '../support/turns.ts'
import { VirtualClock } from '../support/virtual-clock.ts'
import { answered, batch, initialize } from '../support/wire-records.ts'

for (const kind of codecKinds) {
  test(`fault 8: ${kind}: a shard's end is checkpointed before its status, also when the processor has no shardEnded`, async () => {
    const { daemon, end } = await begunSession(kind, {})
    daemon.say(batch(1))
    await turns()
    daemon.heard()
    daemon.say({ kind: 'shardEnded' })
    await turns()
    assert.deepEqual(daemon.heard(), ['checkpoint latest'])
    daemon.say(answered(null))
    await turns()
    assert.deepEqual(daemon.heard(), ['status shardEnded'])
    assert.equal(end()?.kind, 'shardEnded')
    assert.equal(daemon.closedBy, 'end')
  })

  test(`${kind}: a checkpoint in shardEnded saves the shard's end, once`, async () => {
    const { daemon, end } = await begunSession(kind, { shardEnded: checkpointer => checkpointer.checkpoint() })
    daemon.say({ kind: 'shardEnded' })
    await turns()
    assert.deepEqual(daemon.heard(), ['checkpoint latest'])
    daemon.say(answered(null))
    await turns()
    assert.deepEqual(daemon.heard(), ['status shardEnded'])
    assert.equal(end()?.kind, 'shardEnded')
  })

  test(`${kind}: a shardEnded handler that throws leaves the shard's end unsaved and unanswered`, async () => {
    const played = await begunSession(kind, { shardEnded: () => Promise.reject(new Error('sink down')) })
    played.daemon.say({ kind: 'shardEnded' })
    await turns()
    assert.deepEqual(played.daemon.heard(), [])
    assert.match(endError(played).message, /shardEnded: sink down/)
  })

  test(`fault 8: ${kind}: a throttled end of a shard is asked for again before the status`, async t => {
    const clock = new VirtualClock(t)
    const { daemon } = await begunSession(kind, {})
    daemon.say({ kind: 'shardEnded' })
    await turns()
    daemon.say(answered(null, 'ThrottlingException'))
    await clock.pass(200)
    assert.deepEqual(daemon.heard(), ['checkpoint latest', 'checkpoint latest'])
    daemon.say(answered(null))
    await turns()
    assert.deepEqual(daemon.heard(), ['status shardEnded'])
  })

  test(`fault 8: ${kind}: a shard's end whose lease is gone has the status alone, and ends as a lost lease`, async () => {
    const { daemon, end } = await begunSession(kind, {})
    daemon.say({ kind: 'shardEnded' })
    await turns()
    daemon.say(answered(null, 'ShutdownException'))
    await turns()
    assert.deepEqual(daemon.heard(), ['checkpoint latest', 'status shardEnded'])
    assert.equal(end()?.kind, 'leaseLost')
  })

  test(`fault 9: ${kind}: shutdownRequested lets the processor checkpoint before its status`, async () => {
    const { daemon } = await begunSession(kind, { shutdownRequested: checkpointer => checkpointer.checkpoint() })
    daemon.say(batch(1))
    await turns()
    daemon.heard()
    daemon.say({ kind: 'shutdownRequested' })
    await turns()
    assert.deepEqual(daemon.heard(), ['checkpoint 1/0'])
    daemon.say(answered(1))
    await turns()
    assert.deepEqual(daemon.heard(), ['status shutdownRequested'])
  })

  for (const [what, bytes] of [
    ['garbage', kind === 'frames' ? Buffer.from([0xff, 0xff, 0xff, 0xff, 0x02]) : Buffer.from('garbage\n')],
    [
      'bytes that are not UTF-8',
      kind === 'frames' ? Buffer.from([0, 0, 0, 1, 2, 0xff]) : Buffer.from([0x22, 0xff, 0x22, 0x0a]),
    ],
  ] as const) {
    test(`fault 15: ${kind}: ${what} ends that session at once, with an error that says so, and no other`, async () => {
      const [broken, other] = await Promise.all([begunSession(kind, {}), begunSession(kind, {})])
      broken.daemon.sayBytes(bytes)
      other.daemon.say(batch(1))
      await turns()
      const error = endError(broken)
      assert(error instanceof ProtocolError)
      assert.match(error.message, /^The daemon broke the protocol on clicks-cache .+: .+\.$/)
      assert.equal(broken.daemon.closedBy, 'destroy')
      assert.equal(other.end(), null)
      assert.deepEqual(other.daemon.heard(), ['status processRecords'])
    })
  }

  test(`fault 11: ${kind}: a connection that closes while a handler runs aborts its signal, and its end is harmless`, async () => {
    const work = deferred<void>()
    const played = await begunSession(kind, { processRecords: () => work.promise })
    played.daemon.say(batch(1))
    await turns()
    played.daemon.close(new Error('ECONNRESET'))
    await turns()
    const error = endError(played, 'disconnected')
    assert.equal((error.cause as Error).message, 'ECONNRESET')
    assert.equal(played.session.signal.aborted, true)
    assert.equal(await isPending(played.session.handlerSettled()), true)
    work.reject(new Error('late'))
    await played.session.handlerSettled()
    assert.deepEqual(played.daemon.heard(), [])
  })

  test(`fault 15: ${kind}: a connection that ends inside a message says that it was cut off`, async () => {
    const played = await begunSession(kind, {})
    played.daemon.sayBytes(Buffer.from([0x7b]))
    played.daemon.close()
    await turns()
    assert(endError(played, 'disconnected').cause instanceof ProtocolError)
  })

  test(`${kind}: after the end a checkpoint is refused, and nothing is written`, async () => {
    let given: Checkpointer | undefined
    const played = await begunSession(kind, {
      processRecords(_, checkpointer) {
        given = checkpointer
      },
    })
    played.daemon.say(batch(1))
    await turns()
    played.session.end(new Error('stop'))
    const error = await rejection(given?.checkpoint() ?? Promise.resolve())
    assert(error instanceof CheckpointError)
    assert.equal(error.reason, 'ShutdownException')
    assert.equal(endError(played, 'aborted').message, 'stop')
  })

  test(`${kind}: asked to leave while idle, it closes nothing and answers nothing more`, async () => {
    const { daemon, session, end } = await begunSession(kind, {})
    session.leave()
    await turns()
    assert.equal(end()?.kind, 'left')
    daemon.say(batch(1))
    await turns()
    assert.deepEqual(daemon.heard(), [])
    // A bridge process that ends would end the whole stock daemon, others still draining in it.
    assert.equal(daemon.closedBy, null)
  })

  test(`${kind}: asked to leave while handling, it finishes with its checkpoint and status`, async () => {
    const work = deferred<void>()
    const { daemon, session, end } = await begunSession(kind, {
      processRecords: async (_, checkpointer) => {
        await work.promise
        await checkpointer.checkpoint()
      },
    })
    daemon.say(batch(1))
    await turns()
    session.leave()
    work.resolve()
    await turns()
    assert.deepEqual(daemon.heard(), ['checkpoint 1/0'])
    daemon.say(answered(1))
    await turns()
    assert.deepEqual(daemon.heard(), ['status processRecords'])
    assert.equal(end()?.kind, 'left')
  })
}

test('fault 7: leaseLosing while a handler runs aborts its signal, with the reason, and whatever it then throws is harmless', async () => {
  let aborted: unknown
  const work = deferred<void>()
  const played = await begunSession('frames', {
    processRecords: () => work.promise,
  })
  const { daemon, session, end } = played
  session.signal.addEventListener('abort', () => {
    aborted = session.signal.reason
    work.reject(new Error('stopped in the middle'))
  })
  daemon.say(batch(1), { kind: 'leaseLosing' })
  await turns()
  assert(aborted instanceof CheckpointError)
  assert.deepEqual(daemon.heard(), ['status processRecords'])
  daemon.say({ kind: 'leaseLost' })
  await turns()
  assert.equal(end()?.kind, 'leaseLost')
})

test('after leaseLosing what the daemon still delivers is answered, and reaches no user code', async () => {
  let calls = 0
  const { daemon } = await begunSession('frames', { processRecords: () => void calls++ })
  daemon.say({ kind: 'leaseLosing' })
  daemon.say(batch(1))
  await turns()
  assert.equal(calls, 0)
  assert.deepEqual(daemon.heard(), ['status processRecords'])
})

test('a lease lost before the processor is made makes none', async () => {
  let made = 0
  const held = deferred<void>()
  const { daemon, end } = newSession('frames', {
    beforeInitialize: () => held.promise,
    factory: () => {
      made++
      return { processRecords() {} }
    },
  })
  daemon.say(initialize())
  daemon.say({ kind: 'leaseLosing' })
  held.resolve()
  await turns()
  assert.equal(made, 0)
  assert.deepEqual(daemon.heard(), ['status initialize'])
  daemon.say({ kind: 'leaseLost' })
  await turns()
  assert.equal(end()?.kind, 'leaseLost')
})
