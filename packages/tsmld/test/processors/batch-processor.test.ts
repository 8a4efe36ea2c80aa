import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ConfigError } from '../../src/errors.ts'
import { batchProcessor, type SavedCheckpoint } from '../../src/processors/batch-processor.ts'
import type { DaemonMessage } from '../../src/protocol/messages.ts'
import { flushing, TestFlusher } from '../support/flushers.ts'
import { heardBy, stoppedAmid } from '../support/played-records.ts'
import { codecKinds } from '../support/scripted-daemon.ts'
import { turns } from '../support/turns.ts'
import { batch, wireRecord } from '../support/wire-records.ts'

const aggregates = (...positions: readonly (readonly [n: number, sub: number])[]): DaemonMessage => ({
  kind: 'processRecords',
  records: positions.map(([n, sub]) => wireRecord(n, sub)),
  millisBehindLatest: 0,
  atShardEnd: false,
})

for (const kind of codecKinds) {
  test(`${kind}: over a quiet shard a partial flush comes by time, and its checkpoint with it`, async t => {
    const { daemon, flusher, clock } = await flushing(t, { flushIntervalMs: 500 }, undefined, kind)
    daemon.say(batch(1, 2))
    assert.deepEqual(await heardBy(daemon), ['status processRecords'])
    await clock.pass(499)
    assert.deepEqual(flusher.newCalls(), ['added 1', 'added 2'])
    await clock.pass(1)
    assert.deepEqual(flusher.newCalls(), ['partial'])
    // AWS's own daemons take a checkpoint only during an action: an empty batch is one.
    if (kind === 'json-lines') daemon.say(batch())
    assert.equal((await heardBy(daemon))[0], 'checkpoint 2/0')
    await clock.pass(10_000)
    assert.deepEqual(flusher.newCalls(), [], 'nothing is held, so nothing is flushed')
  })
}

test('a partial flush comes by count and by bytes, counted from the last one on', async t => {
  const bytes = wireRecord(1).data.length
  for (const options of [{ maxRecords: 2 }, { maxBytes: 2 * bytes }]) {
    const { daemon, flusher, session } = await flushing(t, options)
    daemon.say(batch(1, 2, 3))
    await turns()
    daemon.say(batch(4))
    await turns()
    assert.deepEqual(flusher.calls, ['added 1', 'added 2', 'partial', 'added 3', 'added 4', 'partial'])
    assert.deepEqual(
      daemon.heard().filter(each => each.startsWith('checkpoint')),
      ['checkpoint 2/0', 'checkpoint 4/0'],
    )
    session.end(new Error('over'))
    await turns()
  }
})

test('a heartbeat that gives tokens is no flush: what is still held is flushed by time and count all the same', async t => {
  const { daemon, flusher, clock } = await flushing(t, { heartbeatIntervalMs: 300, maxRecords: 4 })
  flusher.beat = () => (flusher.kept.length > 1 ? flusher.take(1) : [])
  daemon.say(batch(1, 2, 3))
  await clock.pass(1_000)
  assert.deepEqual(flusher.newCalls(), ['added 1', 'added 2', 'added 3', 'partial'])
  daemon.say(batch(4, 5, 6))
  await clock.pass(300)
  daemon.say(batch(7))
  await turns()
  assert.deepEqual(flusher.newCalls(), ['added 4', 'added 5', 'added 6', 'added 7', 'partial'])
})

test('the checkpoint is the highest record whose every predecessor is done, whatever the order of the tokens', async t => {
  const { daemon, flusher, clock } = await flushing(t)
  flusher.flushes = () => flusher.take(1, 3)
  daemon.say(batch(1, 2, 3, 4, 5))
  await clock.pass(1_000)
  assert.deepEqual(await heardBy(daemon), ['status processRecords'])
  flusher.flushes = () => flusher.take(0)
  await clock.pass(1_000)
  assert.deepEqual(await heardBy(daemon), ['checkpoint 2/0'])
  await clock.pass(1_000)
  assert.deepEqual(await heardBy(daemon), ['checkpoint 4/0'])
})

test('ignored records are done at once, but do not pass one that is held', async t => {
  const { daemon, flusher, clock } = await flushing(t)
  flusher.refuses = n => (n === 3 ? null : 'ignored')
  daemon.say(batch(1, 2, 3, 4))
  assert.deepEqual(await heardBy(daemon), ['checkpoint 2/0', 'status processRecords'])
  await clock.pass(1_000)
  assert.deepEqual(await heardBy(daemon), ['checkpoint 4/0'])
})

test('full: a partial flush makes room, then a full one, and the same record comes again', async t => {
  const { daemon, flusher } = await flushing(t)
  flusher.refuses = () => (flusher.kept.length === 2 ? 'full' : null)
  flusher.flushes = kind => (kind === 'partial' && flusher.kept.some(({ n }) => n === 4) ? [] : flusher.take())
  daemon.say(batch(1, 2, 3, 4, 5))
  await turns()
  assert.deepEqual(
    flusher.calls.join(', '),
    'added 1, added 2, full 3, partial, added 3, added 4, full 5, partial, full 5, full, added 5',
  )
  assert.equal(daemon.heard().at(-1), 'status processRecords')
})

test('heartbeats come regularly, also before any record, and what they return is done', async t => {
  const { daemon, flusher, clock } = await flushing(t, { heartbeatIntervalMs: 200, flushIntervalMs: 60_000 })
  await clock.pass(1_000)
  assert.equal(flusher.beats, 5)
  flusher.beat = () => flusher.take()
  daemon.say(batch(1))
  await clock.pass(200)
  assert.deepEqual(await heardBy(daemon), ['status processRecords', 'checkpoint 1/0'])
  assert.deepEqual(flusher.calls, ['added 1'])
})

test('one call is made at a time: while a flush goes on one more batch is taken in, and waits', async t => {
  const { daemon, flusher, clock } = await flushing(t, { maxRecords: 2 })
  let release: (() => void) | undefined
  flusher.flushes = () => new Promise(resolve => (release = () => resolve(flusher.take())))
  daemon.say(batch(1, 2))
  assert.deepEqual(await heardBy(daemon), ['status processRecords'])
  daemon.say(batch(3))
  await clock.pass(5_000)
  assert.deepEqual(await heardBy(daemon), [])
  assert.deepEqual([flusher.newCalls(), flusher.beats], [['added 1', 'added 2', 'partial'], 0])
  release?.()
  assert.deepEqual(await heardBy(daemon), ['checkpoint 2/0', 'status processRecords'])
})

test('without sub-sequence checkpoints one stands only at the last record of an aggregate', async t => {
  for (const subSequenceCheckpoints of [true, false]) {
    const { daemon, flusher, session, clock } = await flushing(t, { subSequenceCheckpoints })
    flusher.flushes = () => flusher.take(0)
    flusher.refuses = () => null
    daemon.say(aggregates([1, 0], [1, 1], [1, 2], [2, 0]))
    const heard: string[] = []
    for (let flush = 0; flush < 4; flush++) {
      await clock.pass(1_000)
      heard.push(...daemon.heard().filter(each => each.startsWith('checkpoint')))
    }
    const all = ['checkpoint 1/0', 'checkpoint 1/1', 'checkpoint 1/2', 'checkpoint 2/0']
    assert.deepEqual(heard, subSequenceCheckpoints ? all : all.slice(2))
    session.end(new Error('over'))
    await turns()
  }
})

test('a record has its delay, and a checkpoint that was saved is told of and logged with it', async t => {
  const told: SavedCheckpoint[] = []
  const options = {
    logCheckpoints: true,
    onCheckpoint: (checkpoint: SavedCheckpoint) => {
      told.push(checkpoint)
      return Promise.reject(new Error('bug'))
    },
  }
  const { daemon, flusher, clock, log, end } = await flushing(t, options)
  daemon.say(batch(1))
  await clock.pass(1_000)
  const delayMs = Date.now() - (wireRecord(1).approximateArrivalTimestamp as Date).getTime()
  assert.deepEqual(flusher.delays, [delayMs - 1_000])
  assert.deepEqual(told, [{ sequenceNumber: '1', subSequenceNumber: 0, delayMs }])
  assert.deepEqual(log.messages('info'), ['the shard begins', 'the lease table holds a checkpoint'])
  assert.deepEqual(log.messages('error'), ['onCheckpoint threw: bug'])
  assert.equal(end(), null)
})

test("a shard's end: a full flush, its checkpoint, the end's, and only then the status", async t => {
  const { daemon, flusher, end, clock } = await flushing(t)
  flusher.flushes = kind => (kind === 'full' ? flusher.take() : [])
  daemon.say(batch(1, 2))
  await clock.pass(1_000)
  daemon.say({ kind: 'shardEnded' })
  assert.deepEqual(await heardBy(daemon), [
    'status processRecords',
    'checkpoint 2/0',
    'checkpoint latest',
    'status shardEnded',
  ])
  assert.equal(end()?.kind, 'shardEnded')
  assert.deepEqual(flusher.calls, ['added 1', 'added 2', 'partial', 'full', 'close'])
  assert.equal(clock.waiting, 0)
})

test("a shard's end during a partial flush: a full one follows it", async t => {
  const { daemon, flusher, end } = await flushing(t, { maxRecords: 2 })
  let release: (() => void) | undefined
  flusher.flushes = kind =>
    kind === 'full' ? flusher.take() : new Promise(resolve => (release = () => resolve(flusher.take(0))))
  daemon.say(batch(1, 2))
  await turns()
  daemon.say({ kind: 'shardEnded' })
  assert.deepEqual(await heardBy(daemon), ['status processRecords'])
  release?.()
  assert.deepEqual((await heardBy(daemon)).slice(-3), ['checkpoint 2/0', 'checkpoint latest', 'status shardEnded'])
  assert.deepEqual(flusher.calls, ['added 1', 'added 2', 'partial', 'full', 'close'])
  assert.equal(end()?.kind, 'shardEnded')
})

test('within a long batch of the KCL flushes are checkpointed, and heartbeats come', async t => {
  const { daemon, flusher, clock } = await flushing(t, { maxRecords: 1, heartbeatIntervalMs: 1_000 })
  flusher.flushes = () => new Promise(resolve => setTimeout(() => resolve(flusher.take()), 1_000))
  daemon.say(batch(1, 2, 3, 4))
  await clock.pass(3_500)
  assert.deepEqual(await heardBy(daemon), [
    'checkpoint 1/0',
    'checkpoint 2/0',
    'checkpoint 3/0',
    'status processRecords',
  ])
  assert.equal(flusher.beats, 3)
})

test('a stop: a full flush and its checkpoint; what comes meanwhile is left', async t => {
  const played = await flushing(t, { checkpointIntervalMs: 60_000 })
  assert.deepEqual((await stoppedAmid(played)).slice(-2), ['checkpoint 2/0', 'status shutdownRequested'])
  const { daemon, flusher, clock } = played
  daemon.say({ kind: 'leaseLost' })
  await turns()
  assert.deepEqual(flusher.calls, ['added 1', 'added 2', 'full', 'close'])
  assert.equal(clock.waiting, 0)
})

test('a lost lease: the flush that runs is waited for, what it returns is dropped, and then the flusher is closed', async t => {
  const { daemon, flusher, session, end, clock } = await flushing(t, { maxRecords: 1 })
  let release: (() => void) | undefined
  flusher.flushes = () => new Promise(resolve => (release = () => resolve(flusher.take())))
  daemon.say(batch(1), { kind: 'leaseLosing' })
  await turns()
  let settled = false
  void session.handlerSettled().then(() => {
    settled = true
  })
  await turns()
  assert.deepEqual([settled, flusher.newCalls()], [false, ['added 1', 'partial']])
  release?.()
  await turns()
  assert.deepEqual([settled, flusher.newCalls()], [true, ['close']])
  daemon.say({ kind: 'leaseLost' })
  assert.deepEqual(await heardBy(daemon), ['status processRecords', 'status leaseLost'])
  assert.equal(end()?.kind, 'leaseLost')
  assert.equal(clock.waiting, 0)
})

const flusher = () => new TestFlusher()
for (const [what, make, names] of [
  ['no options', () => batchProcessor(undefined as never), /needs an object of options/],
  ['no flusher', () => batchProcessor({} as never), /needs the option 'flusher'/],
  ['an option that is misspelt', () => batchProcessor({ flusher, flushInterval: 1 } as never), /'flushIntervalMs'/],
  ['an option of eachBatch', () => batchProcessor({ flusher, onPoison: 'skip' } as never), /'onPoison'/],
  ['no time between flushes', () => batchProcessor({ flusher, flushIntervalMs: 0 }), /'flushIntervalMs'/],
  ['no truth', () => batchProcessor({ flusher, logCheckpoints: 1 } as never), /'logCheckpoints'/],
] as const) {
  test(`refused at once: ${what}`, () => {
    assert.throws(make, (error: unknown) => error instanceof ConfigError && names.test(error.message))
  })
}
