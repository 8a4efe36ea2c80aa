import assert from 'node:assert/strict'
import { test } from 'node:test'
import { deferred } from '../../src/deferred.ts'
import { ConfigError } from '../../src/errors.ts'
import { eachRecord, type RecordHandler } from '../../src/processors/each-record.ts'
import type { WireRecord } from '../../src/protocol/messages.ts'
import { endError, newSession } from '../support/played-session.ts'
import { turns } from '../support/turns.ts'
import { answered, batch, initialize } from '../support/wire-records.ts'

/** A session over frames that runs `handler`, its initialize answered. */
async function sessionWith(handler: RecordHandler<WireRecord>) {
  const played = newSession('frames', { factory: eachRecord(handler) })
  played.daemon.say(initialize())
  await turns()
  played.daemon.heard()
  return played
}

test('records come one by one in order, each after the one before has settled', async () => {
  const events: string[] = []
  const { daemon } = await sessionWith(async ({ sequenceNumber }) => {
    events.push(`begin ${sequenceNumber}`)
    await turns(1)
    events.push(`end ${sequenceNumber}`)
  })
  daemon.say(batch(1, 2, 3))
  await turns(12)
  assert.deepEqual(events, ['begin 1', 'end 1', 'begin 2', 'end 2', 'begin 3', 'end 3'])
})

test('the whole batch is checkpointed after its last record, and then answered', async () => {
  const { daemon } = await sessionWith(() => {})
  daemon.say(batch(1, 2))
  await turns()
  assert.deepEqual(daemon.heard(), ['checkpoint 2/0'])
  daemon.say(answered(2))
  await turns()
  assert.deepEqual(daemon.heard(), ['status processRecords'])
})

test('a record that fails ends the session, once those before it are checkpointed; no later record is handled', async () => {
  const seen: string[] = []
  const played = await sessionWith(({ sequenceNumber }) => {
    seen.push(sequenceNumber)
    if (sequenceNumber === '2') throw new Error('poison')
  })
  played.daemon.say(batch(1, 2, 3))
  await turns()
  assert.deepEqual(seen, ['1', '2'])
  assert.deepEqual(played.daemon.heard(), ['checkpoint 1/0'])
  played.daemon.say(answered(1))
  await turns()
  assert.match(endError(played).message, /poison/)
})

test('when the lease is lost the rest of the batch is left, which is no failure', async () => {
  const seen: string[] = []
  const first = deferred<void>()
  const { daemon, end } = await sessionWith(({ sequenceNumber }) => {
    seen.push(sequenceNumber)
    return first.promise
  })
  daemon.say(batch(1, 2), { kind: 'leaseLosing' })
  first.resolve()
  await turns()
  assert.deepEqual(seen, ['1'])
  assert.deepEqual(daemon.heard(), ['status processRecords'])
  daemon.say({ kind: 'leaseLost' })
  await turns()
  assert.equal(end()?.kind, 'leaseLost')
})

test('the handler gets the shard with its signal and its logger', async () => {
  const ids: string[] = []
  const { daemon, log } = await sessionWith((_, shard) => {
    ids.push(shard.shardId)
    assert.equal(shard.signal.aborted, false)
    shard.logger.info({}, 'handled')
  })
  daemon.say(batch(1))
  await turns()
  assert.deepEqual(ids, ['shardId-000000000000'])
  assert.deepEqual(log.messages('info'), ['handled'])
})

test('what is no function is refused at once', () => {
  assert.throws(() => eachRecord('x' as never), ConfigError)
})
