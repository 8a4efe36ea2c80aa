import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { eachRecord } from '../../src/processors/each-record.ts'
import type { WireRecord } from '../../src/protocol/messages.ts'
import { HandlerCalls, heardBy, keyedBatch, playedSaving, playedWith } from '../support/played-records.ts'
import { turns } from '../support/turns.ts'
import { VirtualClock } from '../support/virtual-clock.ts'
import { batch } from '../support/wire-records.ts'

test('as many records run as the concurrency says, those of one key one after the other', async () => {
  const calls = new HandlerCalls()
  const { daemon } = await playedWith(eachRecord(calls.handler, { concurrency: 3 }))
  daemon.say(keyedBatch([1, 'a'], [2, 'a'], [3, 'b'], [4, 'c'], [5, 'd'], [6, 'b']))
  await turns()
  assert.deepEqual(calls.newlyBegun(), ['1', '3', '4'])
  await calls.resolve(4)
  assert.deepEqual(calls.newlyBegun(), ['5'])
  await calls.resolve(1)
  assert.deepEqual(calls.newlyBegun(), ['2'])
  await calls.resolve(3)
  assert.deepEqual(calls.newlyBegun(), ['6'])
})

test('as many handlers as run may listen to the signal of their shard', async () => {
  let listening = 0
  const factory = eachRecord<WireRecord>(
    (_, { signal }) =>
      new Promise<void>(resolve => {
        listening++
        signal.addEventListener('abort', () => resolve())
      }),
    { concurrency: 50 },
  )
  const { daemon, session } = await playedWith(factory)
  // A warning fails the test run.
  daemon.say(batch(...Array.from({ length: 50 }, (_, n) => n + 1)))
  await turns()
  assert.equal(listening, 50)
  session.end(new Error('over'))
  await session.handlerSettled()
})

test('records without a key are in order among themselves', async () => {
  const calls = new HandlerCalls()
  const { daemon } = await playedWith(eachRecord(calls.handler, { concurrency: 3 }))
  daemon.say(keyedBatch([1, null], [2, null], [3, 'a']))
  await turns()
  assert.deepEqual(calls.newlyBegun(), ['1', '3'])
})

test('a function says what the key is', async () => {
  const calls = new HandlerCalls()
  const key = ({ sequenceNumber }: WireRecord) => (Number(sequenceNumber) % 2 === 0 ? 'even' : 'odd')
  const { daemon } = await playedWith(eachRecord(calls.handler, { concurrency: 9, key }))
  daemon.say(batch(1, 2, 3, 4))
  await turns()
  assert.deepEqual(calls.newlyBegun(), ['1', '2'])
})

test('the checkpoint is the highest record whose every predecessor is done', async t => {
  const clock = new VirtualClock(t)
  const calls = new HandlerCalls()
  const { daemon } = await playedSaving(eachRecord(calls.handler, { concurrency: 4, checkpointIntervalMs: 0 }))
  daemon.say(batch(1, 2, 3, 4))
  await turns()
  await calls.resolve(1, 3)
  assert.deepEqual(await heardBy(daemon), ['checkpoint 1/0', 'status processRecords'])
  await calls.resolve(2)
  await clock.pass(1_000)
  assert.deepEqual(await heardBy(daemon), ['checkpoint 3/0'])
  await calls.resolve(4)
  assert.deepEqual(await heardBy(daemon), ['checkpoint 4/0'])
})

test('the next batch is asked for when fewer records than the concurrency are under way, so that one slow record leaves no slot empty', async () => {
  const calls = new HandlerCalls()
  const { daemon } = await playedWith(eachRecord(calls.handler, { concurrency: 2 }))
  daemon.say(batch(1, 2, 3))
  await turns()
  await calls.resolve(2)
  assert.deepEqual(daemon.heard(), [])
  await calls.resolve(3)
  assert.deepEqual(daemon.heard(), ['status processRecords'])
  daemon.say(batch(4, 5))
  await turns()
  assert.deepEqual(calls.running, ['1', '4'])
})

test('behind a record that hangs the shard waits once maxAhead records were begun', async () => {
  const calls = new HandlerCalls()
  const handler = (record: WireRecord) => (record.sequenceNumber === '1' ? calls.handler(record) : undefined)
  const { daemon } = await playedWith(eachRecord<WireRecord>(handler, { concurrency: 2, maxAhead: 5 }))
  daemon.say(batch(1, 2, 3, 4))
  await turns()
  assert.deepEqual(daemon.heard(), ['status processRecords'])
  daemon.say(batch(5))
  await turns()
  assert.deepEqual(daemon.heard(), [])
  await calls.resolve(1)
  assert.deepEqual(daemon.heard(), ['checkpoint 5/0', 'status processRecords'])
})

test('fault 13: a slow handler is not handed more than is in flight, and other shards keep going', async () => {
  const calls = new HandlerCalls()
  const slow = await playedWith(eachRecord(calls.handler, { concurrency: 10 }))
  const quick = await playedWith(eachRecord(() => {}, { concurrency: 10 }))
  let delivered = 0
  const feed = async ({ daemon }: typeof slow): Promise<boolean> => {
    daemon.say(batch(...Array.from({ length: 20 }, () => ++delivered)))
    await turns()
    return daemon.heard().includes('status processRecords')
  }
  assert.equal(await feed(slow), false)
  assert.equal(calls.running.length, 10)
  for (let n = 0; n < 50; n++) assert.equal(await feed(quick), true)
  assert.equal(calls.begun.length, 10)
})

test('whatever runs how long and fails how often, each key is in order, one at a time, none is lost, and no checkpoint passes what is not done', async () => {
  const run = fc.record({
    concurrency: fc.integer({ min: 1, max: 6 }),
    batches: fc.array(
      fc.array(fc.record({ key: fc.constantFrom('a', 'b', 'c', 'd'), turns: fc.nat(3), failures: fc.nat(2) }), {
        maxLength: 8,
      }),
      { maxLength: 6 },
    ),
  })
  await fc.assert(
    fc.asyncProperty(run, async ({ concurrency, batches }) => {
      const all = batches.flat()
      const failed = new Map<number, number>()
      const done = new Set<number>()
      const runningKeys = new Set<string>()
      const doneOfKey = new Map<string, number[]>()
      let running = 0
      const handler = async ({ sequenceNumber, partitionKey }: WireRecord): Promise<void> => {
        const n = Number(sequenceNumber)
        const key = partitionKey ?? ''
        assert.equal(runningKeys.has(key), false)
        assert.ok(++running <= concurrency)
        runningKeys.add(key)
        const { turns: takes = 0, failures = 0 } = all[n - 1] ?? {}
        if (takes > 0) await turns(takes)
        runningKeys.delete(key)
        running--
        const times = failed.get(n) ?? 0
        failed.set(n, times + 1)
        if (times < failures) throw new Error('not yet')
        done.add(n)
        doneOfKey.set(key, [...(doneOfKey.get(key) ?? []), n])
      }
      const retry = { attempts: 3, backoff: { baseMs: 1, maxMs: 1 } }
      const { daemon, end } = await playedSaving(eachRecord(handler, { concurrency, retry, checkpointIntervalMs: 0 }))
      const heed = async (): Promise<string[]> => {
        const heard = await heardBy(daemon)
        for (const line of heard) {
          const n = Number(/^checkpoint (\d+)/.exec(line)?.[1] ?? 0)
          for (let each = 1; each <= n; each++) assert.ok(done.has(each), `${line}, but ${each} is not done`)
        }
        return heard
      }
      const isAnswered = async (what: string): Promise<void> => {
        for (let patience = 0; patience < 1_000; patience++) {
          if ((await heed()).includes(`status ${what}`)) return
          await new Promise(resolve => setTimeout(resolve, 1))
        }
        assert.fail(`${what} is never answered`)
      }
      let n = 0
      for (const records of batches) {
        daemon.say(keyedBatch(...records.map(({ key }) => [++n, key] as const)))
        await isAnswered('processRecords')
      }
      daemon.say({ kind: 'shardEnded' })
      await isAnswered('shardEnded')
      assert.equal(end()?.kind, 'shardEnded')
      assert.equal(done.size, all.length)
      for (const numbers of doneOfKey.values())
        assert.deepEqual(
          numbers,
          numbers.toSorted((a, b) => a - b),
        )
    }),
    { numRuns: 40 },
  )
})
