import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CheckpointError } from '../../src/errors.ts'
import type { Checkpointer } from '../../src/session/record-processor.ts'
import { begunSession, endError } from '../support/played-session.ts'
import { codecKinds } from '../support/scripted-daemon.ts'
import { rejection, turns } from '../support/turns.ts'
import { VirtualClock } from '../support/virtual-clock.ts'
import { answered, batch } from '../support/wire-records.ts'

for (const kind of codecKinds) {
  test(`fault 3: ${kind}: ShutdownException is the lease gone: signal aborted, status, leaseLost, a normal end`, async () => {
    const calls: string[] = []
    let error: Error | undefined
    const played = await begunSession(kind, {
      processRecords: async (_, checkpointer) => {
        error = await rejection(checkpointer.checkpoint())
        calls.push('processRecords')
        throw new Error('cannot go on')
      },
      leaseLost: () => void calls.push('leaseLost'),
    })
    const { daemon, session, log, end } = played
    daemon.say(batch(1))
    await turns()
    daemon.say(answered(1, 'ShutdownException'))
    await turns()
    assert(error instanceof CheckpointError)
    assert.equal(error.reason, 'ShutdownException')
    assert.equal(session.signal.aborted, true)
    assert.deepEqual(daemon.heard(), ['checkpoint 1/0', 'status processRecords'])
    assert.equal(end(), null)
    daemon.say({ kind: 'leaseLost' })
    await turns()
    assert.deepEqual(daemon.heard(), ['status leaseLost'])
    assert.deepEqual(calls, ['processRecords', 'leaseLost'])
    assert.equal(end()?.kind, 'leaseLost')
    assert.equal(daemon.closedBy, 'end')
    // What the handler threw is told, and no more than told.
    assert.deepEqual(log.messages('error').concat(log.messages('warn')), [])
    assert.equal(log.lines.find(({ fields }) => fields['error'] !== undefined)?.level, 'info')
  })

  test(`fault 3: ${kind}: a daemon that feeds the shard on for 10 s after ShutdownException has its lease again: no silence, the session fails`, async t => {
    const clock = new VirtualClock(t)
    const given: number[] = []
    const played = await begunSession(kind, {
      async processRecords({ records }, checkpointer) {
        given.push(records.length)
        await checkpointer.checkpoint()
      },
    })
    const { daemon, end } = played
    daemon.say(batch(1))
    await turns()
    daemon.say(answered(1, 'ShutdownException'))
    for (let n = 2; n < 12; n++) {
      await clock.pass(999)
      assert.equal(end(), null)
      daemon.say(batch(n))
    }
    await clock.pass(10)
    assert.equal(end(), null)
    await clock.pass(999)
    const error = endError(played)
    assert(error instanceof CheckpointError)
    assert.match(error.message, /clicks-cache .* holds it again/)
    assert.deepEqual(given, [1])
    assert.equal(daemon.closedBy, 'destroy')
  })

  test(`${kind}: leaseLost never checkpoints, and rejects what was waiting`, async () => {
    let given: Checkpointer | undefined
    let inLeaseLost: Promise<Error> | undefined
    const { daemon, end } = await begunSession(kind, {
      processRecords(_, checkpointer) {
        given = checkpointer
      },
      leaseLost: () => {
        inLeaseLost = rejection(given?.checkpoint() ?? Promise.resolve())
      },
    })
    daemon.say(batch(1))
    await turns()
    daemon.heard()
    daemon.say({ kind: 'leaseLost' })
    await turns()
    assert.equal(((await inLeaseLost) as CheckpointError).reason, 'ShutdownException')
    assert.deepEqual(daemon.heard(), ['status leaseLost'])
    assert.equal(end()?.kind, 'leaseLost')
  })

  test(`${kind}: a leaseLost handler that throws is no failure`, async () => {
    const { daemon, end } = await begunSession(kind, { leaseLost: () => Promise.reject(new Error('cleaning failed')) })
    daemon.say({ kind: 'leaseLost' })
    await turns()
    assert.deepEqual(daemon.heard(), ['status leaseLost'])
    assert.equal(end()?.kind, 'leaseLost')
  })
}
