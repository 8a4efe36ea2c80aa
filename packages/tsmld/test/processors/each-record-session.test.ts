import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CheckpointError, ProtocolError, RecordProcessorError } from '../../src/errors.ts'
import { eachBatch } from '../../src/processors/each-batch.ts'
import { eachRecord } from '../../src/processors/each-record.ts'
import type { WireRecord } from '../../src/protocol/messages.ts'
import type { KinesisRecord } from '../../src/records/record.ts'
import { testShard } from '../../src/testing/index.ts'
import { HandlerCalls, heardBy, keyedBatch, playedSaving, playedWith } from '../support/played-records.ts'
import { endError } from '../support/played-session.ts'
import { checkpointed } from '../support/shard-under-test.ts'
import { isPending, turns } from '../support/turns.ts'
import { VirtualClock } from '../support/virtual-clock.ts'
import { answered, batch } from '../support/wire-records.ts'

test('fault 1: a handler that throws never fails the session, however often: that is what onPoison is for', async () => {
  const handler = (): never => {
    throw new Error('bug')
  }
  await using shard = await testShard(eachRecord(handler))
  await shard.deliver([{}])
  await shard.advance(600_000)
  assert.equal(shard.ended, null)
  assert.deepEqual(shard.statuses, ['initialize'])
})

test('fault 2: a throttled checkpoint is asked for again, while records go on, and the newest position follows it', async t => {
  const clock = new VirtualClock(t)
  const { daemon } = await playedWith(eachRecord(() => {}, { checkpointIntervalMs: 0 }))
  daemon.say(batch(1))
  await turns()
  assert.deepEqual(daemon.heard(), ['checkpoint 1/0', 'status processRecords'])
  daemon.say(answered(1, 'ThrottlingException'), batch(2))
  await turns()
  assert.deepEqual(daemon.heard(), ['status processRecords'])
  await clock.pass(200)
  assert.deepEqual(daemon.heard(), ['checkpoint 1/0'])
  daemon.say(answered(1))
  assert.deepEqual(daemon.heard(), ['checkpoint 2/0'])
})

test('fault 3: a checkpoint that tells of a lost lease aborts what runs, begins nothing more, and is no failure', async () => {
  const calls = new HandlerCalls()
  const signals: AbortSignal[] = []
  const factory = eachRecord<WireRecord>(
    (record, { signal }) => {
      signals.push(signal)
      return record.sequenceNumber === '1' ? undefined : calls.handler(record)
    },
    { concurrency: 2 },
  )
  const { daemon, end, log } = await playedWith(factory)
  daemon.say(batch(1, 2))
  await turns()
  assert.deepEqual(daemon.heard(), ['checkpoint 1/0', 'status processRecords'])
  daemon.say(batch(3, 4))
  await turns()
  daemon.say(answered(1, 'ShutdownException'))
  await turns()
  assert.equal(signals.at(-1)?.aborted, true)
  assert.deepEqual(calls.newlyBegun(), ['2', '3'])
  await calls.resolve(2)
  await calls.reject(3)
  assert.deepEqual(daemon.heard(), ['status processRecords'])
  assert.deepEqual(calls.newlyBegun(), [])
  daemon.say({ kind: 'leaseLost' })
  await turns()
  assert.deepEqual(daemon.heard(), ['status leaseLost'])
  assert.equal(end()?.kind, 'leaseLost')
  assert.deepEqual(log.messages('error'), [])
})

for (const reason of ['InvalidStateException', 'IllegalArgumentException', 'SomethingNewException']) {
  test(`fault 4: a checkpoint refused with ${reason} ends the session, named`, async () => {
    const played = await playedWith(eachRecord(() => {}))
    played.daemon.say(batch(1))
    await turns()
    played.daemon.say(answered(1, reason))
    await turns()
    const error = endError(played)
    assert.ok(error instanceof CheckpointError)
    assert.equal(error.reason, reason)
    assert.equal(await isPending(played.session.handlerSettled()), false)
  })
}

test('fault 5: a checkpoint that a dependency fails is tried with growing delays, and then ends the session', async t => {
  const clock = new VirtualClock(t)
  const played = await playedWith(eachRecord(() => {}))
  played.daemon.say(batch(1))
  for (let attempt = 1; attempt <= 3; attempt++) {
    await clock.pass(400)
    assert.equal(played.daemon.heard()[0], 'checkpoint 1/0')
    assert.equal(played.end(), null)
    played.daemon.say(answered(1, 'KinesisClientLibDependencyException'))
  }
  await turns()
  assert.ok(endError(played) instanceof CheckpointError)
  assert.equal(clock.waiting, 0)
})

test('fault 6: a checkpoint answer that is lost, doubled or unasked for ends the session, and what runs is aborted and waited for', async t => {
  const clock = new VirtualClock(t)
  const calls = new HandlerCalls()
  for (const break_ of [
    async () => clock.pass(1_000),
    async (daemon: { say: (...messages: ReturnType<typeof answered>[]) => void }) =>
      daemon.say(answered(1), answered(1)),
    async (daemon: { say: (...messages: ReturnType<typeof answered>[]) => void }) => daemon.say(answered(2)),
  ]) {
    const handler = (record: WireRecord) => (record.sequenceNumber === '1' ? undefined : calls.handler(record))
    const played = await playedWith(eachRecord<WireRecord>(handler, { concurrency: 2 }))
    played.daemon.say(batch(1, 2))
    await turns()
    assert.deepEqual(played.daemon.heard(), ['checkpoint 1/0', 'status processRecords'])
    await break_(played.daemon)
    await turns()
    assert.ok(endError(played) instanceof ProtocolError)
    const settled = played.session.handlerSettled()
    assert.equal(await isPending(settled), true, 'a newer session of the shard must not begin yet')
    await calls.resolve(2)
    await settled
  }
})

test("a shard's end is checkpointed once all of its records are done", async () => {
  const calls = new HandlerCalls()
  const { daemon, end } = await playedSaving(eachRecord(calls.handler, { concurrency: 3 }))
  daemon.say(batch(1, 2))
  await turns()
  daemon.say({ kind: 'shardEnded' })
  assert.deepEqual(await heardBy(daemon), ['status processRecords'])
  await calls.resolve(2)
  assert.deepEqual(await heardBy(daemon), [])
  await calls.resolve(1)
  assert.deepEqual((await heardBy(daemon)).slice(-2), ['checkpoint latest', 'status shardEnded'])
  assert.equal(end()?.kind, 'shardEnded')
})

test('a lease that is handed over: what is in flight is finished and checkpointed, and then handed over', async () => {
  const calls = new HandlerCalls()
  const { daemon } = await playedSaving(eachRecord(calls.handler, { concurrency: 4 }))
  daemon.say(keyedBatch([1, 'a'], [2, 'a'], [3, 'b']))
  await turns()
  daemon.say({ kind: 'shutdownRequested' })
  await turns()
  assert.deepEqual(daemon.heard(), ['status processRecords'])
  await calls.resolve(1, 3)
  assert.deepEqual(calls.newlyBegun(), ['1', '3', '2'])
  await calls.resolve(2)
  assert.deepEqual(await heardBy(daemon), ['checkpoint 3/0', 'status shutdownRequested'])
})

test('a stop waits for what runs and is tried again, begins nothing more, and leaves what blocks', async t => {
  const clock = new VirtualClock(t)
  const calls = new HandlerCalls()
  const isBad = ({ partitionKey }: WireRecord) => partitionKey === 'bad'
  const handler = (record: WireRecord) => {
    if (isBad(record)) throw new Error('poison')
    return calls.handler(record)
  }
  const { daemon, session } = await playedSaving(
    eachRecord<WireRecord>(handler, { concurrency: 2, retry: { attempts: 2 } }),
  )
  daemon.say(keyedBatch([1, 'a'], [2, 'b'], [3, 'b'], [4, 'bad'], [5, 'c'], [6, 'd'], [7, 'e']))
  await turns()
  await calls.reject(2)
  session.announceStop()
  await clock.pass(100)
  assert.deepEqual(calls.running, ['1', '2'])
  assert.deepEqual(daemon.heard(), [])
  await calls.resolve(1, 2)
  assert.deepEqual(await heardBy(daemon), ['checkpoint 2/0', 'status processRecords'])
  daemon.say(batch(8))
  await turns()
  daemon.say({ kind: 'shutdownRequested' })
  assert.deepEqual(await heardBy(daemon), ['status processRecords', 'status shutdownRequested'])
  assert.deepEqual(calls.begun, ['1', '2', '2'])
  assert.equal(clock.waiting, 0)
})

test('a stop begins no record that waits for another one of its key', async () => {
  const calls = new HandlerCalls()
  const { daemon, session, end } = await playedSaving(eachRecord(calls.handler, { concurrency: 3 }))
  daemon.say(keyedBatch([1, 'a'], [2, 'a']))
  await turns()
  session.announceStop()
  await calls.resolve(1)
  assert.deepEqual(calls.begun, ['1'])
  assert.deepEqual(await heardBy(daemon), ['status processRecords'])
  daemon.say({ kind: 'shardEnded' })
  await turns()
  assert.equal(end()?.kind, 'failed')
})

for (const [name, factory] of [
  ['eachRecord', eachRecord<WireRecord>(() => {})],
  ['eachBatch', eachBatch<WireRecord>(() => {}, { maxWaitMs: 0 })],
] as const) {
  test(`${name}: a checkpoint that is refused although the session goes on is a defect, and fails the next call`, async t => {
    const clock = new VirtualClock(t)
    const refused = new CheckpointError('never delivered', 'IllegalArgumentException')
    const { daemon, end } = await playedSaving(async shard => {
      const made = await factory(shard)
      return {
        emptyBatches: true,
        processRecords: given => made.processRecords(given, { checkpoint: () => Promise.reject(refused) }),
      }
    })
    daemon.say(batch(1))
    await clock.pass(0)
    daemon.say(batch())
    await turns()
    const ended = end()
    assert.equal(ended !== null && 'error' in ended && ended.error, refused)
  })
}

test('fault 21: a poison record that blocks does not hold a stop up: it is left uncheckpointed for the next worker', async () => {
  const handler = ({ sequenceNumber }: KinesisRecord): void => {
    if (sequenceNumber === '2') throw new Error('poison')
  }
  await using shard = await testShard(eachRecord<KinesisRecord>(handler, { retry: { attempts: 2 } }))
  await shard.deliver([{}, {}, {}])
  await shard.advance(5_000)
  assert.deepEqual(checkpointed(shard), ['1'])
  assert.equal(await shard.stop(), true)
  assert.deepEqual(checkpointed(shard), ['1'])
  assert.deepEqual(shard.statuses, ['initialize', 'processRecords', 'shutdownRequested', 'leaseLost'])
  assert.equal(shard.log.filter(({ level }) => level === 'error').length, 1)
})

test('a shard whose end comes while records are left fails rather than end: they would be lost', async t => {
  const clock = new VirtualClock(t)
  const handler = (): never => {
    throw new Error('poison')
  }
  const played = await playedWith(eachRecord(handler, { concurrency: 2, retry: { attempts: 1 } }))
  played.daemon.say(batch(1))
  await turns()
  played.daemon.say({ kind: 'shardEnded' })
  await clock.pass(60_000)
  assert.equal(played.end(), null)
  played.session.announceStop()
  await turns()
  const error = endError(played)
  assert.ok(error instanceof RecordProcessorError)
  assert.match(error.message, /its end is left to the next worker/)
  assert.equal(clock.waiting, 0)
})

test('a shard that begins while the process stops begins no record', async () => {
  const calls = new HandlerCalls()
  const stopping = AbortSignal.abort()
  const { daemon } = await playedSaving(shard => eachRecord(calls.handler)({ ...shard, stopping }))
  daemon.say(batch(1))
  assert.deepEqual(await heardBy(daemon), ['status processRecords'])
  assert.deepEqual(calls.begun, [])
})
