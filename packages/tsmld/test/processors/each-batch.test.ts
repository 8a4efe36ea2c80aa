import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ConfigError } from '../../src/errors.ts'
import { eachBatch } from '../../src/processors/each-batch.ts'
import type { WireRecord } from '../../src/protocol/messages.ts'
import { batchesOf, failing, retry } from '../support/batch-handlers.ts'
import { heardBy, playedSaving, stoppedAmid } from '../support/played-records.ts'
import { codecKinds } from '../support/scripted-daemon.ts'
import { turns } from '../support/turns.ts'
import { VirtualClock } from '../support/virtual-clock.ts'
import { batch, wireRecord } from '../support/wire-records.ts'

test("records gather over the KCL's batches until there are enough of them", async t => {
  const { daemon, batches, clock } = await batchesOf(t, { maxRecords: 3, checkpointIntervalMs: 0 })
  daemon.say(batch(1, 2))
  assert.deepEqual(await heardBy(daemon), ['status processRecords'])
  daemon.say(batch(3, 4))
  assert.deepEqual(await heardBy(daemon), ['status processRecords', 'checkpoint 3/0'])
  assert.deepEqual(batches, [[1, 2, 3]])
  await clock.pass(1_000)
  assert.deepEqual(batches, [[1, 2, 3], [4]])
  assert.deepEqual(await heardBy(daemon), ['checkpoint 4/0'])
})

test('a batch has no more bytes than it may', async t => {
  const { daemon, batches, clock } = await batchesOf(t, { maxBytes: 2 * wireRecord(1).data.length })
  daemon.say(batch(1, 2, 3))
  await turns()
  assert.deepEqual(batches, [[1, 2]])
  await clock.pass(1_000)
  assert.deepEqual(batches, [[1, 2], [3]])
})

for (const kind of codecKinds) {
  test(`${kind}: over a quiet shard a batch is handled when its oldest record has waited long enough`, async t => {
    const { daemon, batches, clock } = await batchesOf(t, { maxWaitMs: 500 }, undefined, kind)
    daemon.say(batch(1))
    assert.deepEqual(await heardBy(daemon), ['status processRecords'])
    await clock.pass(300)
    daemon.say(batch(2))
    await clock.pass(199)
    assert.deepEqual(batches, [])
    assert.deepEqual(await heardBy(daemon), ['status processRecords'])
    await clock.pass(1)
    assert.deepEqual(batches, [[1, 2]])
    // AWS's own daemons take a checkpoint only during an action: an empty batch is one.
    if (kind === 'json-lines') daemon.say(batch())
    assert.equal((await heardBy(daemon))[0], 'checkpoint 2/0')
  })
}

test("with a wait of 0 each batch of the KCL's is handled as it came, and larger ones in parts", async t => {
  const { daemon, batches, clock } = await batchesOf(t, { maxWaitMs: 0, maxRecords: 2 })
  daemon.say(batch(1, 2, 3))
  await clock.pass(0)
  daemon.say(batch(4))
  await clock.pass(0)
  assert.deepEqual(batches, [[1, 2], [3], [4]])
})

test('fault 13: one batch is handled at a time, while no more than the next one gathers', async t => {
  const release: (() => void)[] = []
  const { daemon, batches } = await batchesOf(
    t,
    { maxRecords: 2 },
    () => new Promise(resolve => release.push(() => resolve(undefined))),
  )
  daemon.say(batch(1, 2))
  assert.deepEqual(await heardBy(daemon), ['status processRecords'])
  daemon.say(batch(3))
  assert.deepEqual(await heardBy(daemon), ['status processRecords'])
  daemon.say(batch(4, 5))
  assert.deepEqual(await heardBy(daemon), [])
  assert.deepEqual(batches, [[1, 2]])
  release.shift()?.()
  assert.deepEqual(await heardBy(daemon), ['checkpoint 2/0', 'status processRecords'])
  assert.deepEqual(batches, [
    [1, 2],
    [3, 4],
  ])
})

test('records that the handler says failed are tried again without the rest, which is done; the next batch waits, so that order holds', async t => {
  const { daemon, batches, clock } = await batchesOf(
    t,
    { maxRecords: 4, checkpointIntervalMs: 0 },
    (numbers, attempt) =>
      attempt < 3 && numbers.includes(2) ? failing(...numbers.filter(n => n === 2 || n === 3)) : undefined,
  )
  daemon.say(batch(1, 2, 3, 4))
  await turns()
  daemon.say(batch(5, 6, 7, 8))
  await clock.pass(300)
  assert.deepEqual(batches, [
    [1, 2, 3, 4],
    [2, 3],
    [2, 3],
    [5, 6, 7, 8],
  ])
  assert.deepEqual((await heardBy(daemon)).at(-1), 'checkpoint 8/0')
})

test('a batch that passes its limit has its signal aborted', async t => {
  const clock = new VirtualClock(t)
  const factory = eachBatch<WireRecord>(
    (_, { signal, attempt }) =>
      attempt > 1
        ? undefined
        : new Promise<void>((_, reject) => {
            signal.addEventListener('abort', () => reject(signal.reason as Error))
          }),
    { maxRecords: 1, timeoutMs: 500, retry },
  )
  const { daemon, log } = await playedSaving(factory)
  daemon.say(batch(1))
  await clock.pass(600)
  assert.deepEqual(await heardBy(daemon), ['status processRecords', 'checkpoint 1/0'])
  assert.match(log.messages('warn')[0] ?? '', /passed its timeoutMs/)
  assert.equal(clock.waiting, 0)
})

test("a shard's end: what has gathered is handled first", async t => {
  const { daemon, batches, end, clock } = await batchesOf(t, { maxRecords: 3 })
  daemon.say(batch(1, 2, 3, 4))
  await turns()
  daemon.say({ kind: 'shardEnded' })
  assert.equal((await heardBy(daemon)).at(-1), 'status shardEnded')
  assert.deepEqual(batches, [[1, 2, 3], [4]])
  assert.equal(end()?.kind, 'shardEnded')
  assert.equal(clock.waiting, 0)
})

test('a stop: what has gathered is handled and checkpointed, and what comes meanwhile is left', async t => {
  const played = await batchesOf(t, { maxRecords: 10 })
  assert.deepEqual((await stoppedAmid(played)).slice(-2), ['checkpoint 2/0', 'status shutdownRequested'])
  const { daemon, batches, clock } = played
  assert.deepEqual(batches, [[1, 2]])
  daemon.say({ kind: 'leaseLost' })
  await turns()
  assert.equal(clock.waiting, 0)
})

test('a stop is not held up by what blocks, and the end of a shard that has anything left fails', async t => {
  for (const last of ['shutdownRequested', 'shardEnded'] as const) {
    const { daemon, session, end, clock } = await batchesOf(t, { maxRecords: 2 }, () => failing(2))
    daemon.say(batch(1, 2, 3))
    await clock.pass(5_000)
    assert.deepEqual(await heardBy(daemon), ['status processRecords', 'checkpoint 1/0'])
    session.announceStop()
    daemon.say({ kind: last })
    await turns()
    if (last === 'shardEnded') assert.equal(end()?.kind, 'failed')
    else assert.deepEqual(daemon.heard(), ['status shutdownRequested'])
    session.end(new Error('over'))
    assert.equal(clock.waiting, 0)
  }
})

test('when the lease is lost nothing more is handled, and the handler that runs is waited for', async t => {
  let release: (() => void) | undefined
  const { daemon, batches, session, end, clock } = await batchesOf(
    t,
    { maxRecords: 1 },
    () =>
      new Promise(resolve => {
        release = () => resolve(undefined)
      }),
  )
  daemon.say(batch(1, 2), { kind: 'leaseLosing' })
  await turns()
  let settled = false
  void session.handlerSettled().then(() => {
    settled = true
  })
  await turns()
  assert.equal(settled, false)
  release?.()
  await turns()
  assert.equal(settled, true)
  assert.deepEqual(batches, [[1]])
  assert.deepEqual(daemon.heard(), ['status processRecords'])
  daemon.say({ kind: 'leaseLost' })
  await turns()
  assert.equal(end()?.kind, 'leaseLost')
  assert.equal(clock.waiting, 0)
})

for (const [what, make, names] of [
  ['no function', () => eachBatch('x' as never), /a function of records/],
  ['an option that is misspelt', () => eachBatch(() => {}, { maxWait: 1 } as never), /'maxWait'.*'maxWaitMs'/],
  ['an option of eachRecord', () => eachBatch(() => {}, { concurrency: 2 } as never), /'concurrency'/],
  ['no records', () => eachBatch(() => {}, { maxRecords: 0 }), /'maxRecords'/],
  ['a negative wait', () => eachBatch(() => {}, { maxWaitMs: -1 }), /'maxWaitMs'/],
  ['no bytes', () => eachBatch(() => {}, { maxBytes: 0 }), /'maxBytes'/],
] as const) {
  test(`refused at once: ${what}`, () => {
    assert.throws(make, (error: unknown) => error instanceof ConfigError && names.test(error.message))
  })
}
