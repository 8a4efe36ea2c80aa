import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { BatchFailures } from '../../src/processors/batch-outcome.ts'
import { deadLetter } from '../../src/processors/poison.ts'
import type { WireRecord } from '../../src/protocol/messages.ts'
import { batchesOf, failing } from '../support/batch-handlers.ts'
import { CheckpointOracle, placeOf } from '../support/checkpoint-oracle.ts'
import { turns } from '../support/turns.ts'
import { wireRecord } from '../support/wire-records.ts'

interface Drawn {
  readonly maxRecords: number
  readonly maxWaitMs: number
  readonly checkpointIntervalMs: number
  readonly poison: 'block' | 'skip' | 'deadLetter'
}

const rolls = fc.infiniteStream(fc.nat(99))
const sizes = fc.array(fc.nat(12), { minLength: 1, maxLength: 6 })
const options = fc.record<Drawn>({
  maxRecords: fc.integer({ min: 1, max: 9 }),
  maxWaitMs: fc.constantFrom(0, 300),
  checkpointIntervalMs: fc.constantFrom(0, 700),
  poison: fc.constantFrom('block', 'skip', 'deadLetter'),
})

/** A session whose handler, and dead-letter sink, do anything but hang: throw, reject, or name some as failed, at once or later. */
async function shardOf(
  t: Parameters<typeof batchesOf>[0],
  sizes: readonly number[],
  dice: Iterator<number>,
  { poison, ...drawn }: Drawn,
) {
  const roll = (): number => dice.next().value as number
  let n = 0
  const given = sizes.map(size => Array.from({ length: size }, () => wireRecord(++n)))
  const all = given.flat()
  const done = new Set<string>()
  const faults: string[] = []
  let isRunning = false
  const later = async (numbers: readonly number[], what: number): Promise<BatchFailures> => {
    isRunning = true
    await new Promise<void>(resolve => played.clock.setTimeout(resolve, what * 5))
    isRunning = false
    if (what < 60) throw new Error('async')
    return settle(numbers)
  }
  const settle = (numbers: readonly number[]): BatchFailures => {
    const failed = numbers.filter(() => roll() < 25)
    for (const number of numbers) if (!failed.includes(number)) done.add(`${number}/0`)
    return failing(...failed)
  }
  const answer = (numbers: readonly number[]): BatchFailures | Promise<BatchFailures> => {
    const sorted = numbers.toSorted((a, b) => a - b)
    if (numbers.join() !== sorted.join() || numbers.length > drawn.maxRecords || isRunning)
      faults.push(`handled together: ${numbers.join()}`)
    for (const number of numbers) if (done.has(`${number}/0`)) faults.push(`${number} was done already`)
    const what = roll()
    if (what < 20) throw new Error('sync')
    return what < 45 ? settle(numbers) : later(numbers, what)
  }
  const sink = async (record: WireRecord): Promise<void> => {
    if (roll() < 40) throw new Error('the sink is down')
    done.add(placeOf(record))
  }
  const played = await batchesOf(
    t,
    {
      ...drawn,
      onPoison: poison === 'deadLetter' ? deadLetter(sink) : poison,
      onEvent: ({ kind, record }) => {
        if (kind === 'recordSkipped') done.add(placeOf(record))
      },
    },
    answer,
  )
  const oracle = new CheckpointOracle(played, all, done)
  return { ...played, given, all, done, faults, oracle, running: () => isRunning }
}

const delivered = (records: readonly WireRecord[]) =>
  ({ kind: 'processRecords', records, millisBehindLatest: 0, atShardEnd: false }) as const

test('whatever a handler does, no checkpoint passes a record that is not done, and the shard ends with all of them done', async t => {
  const run = async (sizes: number[], dice: Iterator<number>, drawn: Drawn): Promise<void> => {
    const { oracle, given, all, done, faults, session, clock } = await shardOf(t, sizes, dice, drawn)
    for (const records of given) await oracle.say(delivered(records))
    await oracle.say({ kind: 'shardEnded' })
    assert.deepEqual(oracle.heard.slice(-2), ['checkpoint latest', 'status shardEnded'])
    assert.equal(done.size, all.length)
    assert.deepEqual(faults, [])
    session.end(new Error('over'))
    await turns()
    assert.equal(clock.waiting, 0)
  }
  await fc.assert(fc.asyncProperty(sizes, rolls, options, run), { numRuns: 40 })
})

test('whenever a stop comes, what runs is waited for, and the last checkpoint is all that may be saved', async t => {
  const run = async (sizes: number[], dice: Iterator<number>, drawn: Drawn, stopAt: number): Promise<void> => {
    const { oracle, given, faults, running, session, clock, daemon } = await shardOf(t, sizes, dice, drawn)
    for (const [place, records] of given.entries()) {
      daemon.say(delivered(records))
      if (place < stopAt / 3) {
        if (await oracle.answers(2_000)) continue
      } else await clock.pass(100 * (stopAt % 7))
      session.announceStop()
      assert.ok(await oracle.answers(20_000))
      break
    }
    await oracle.say({ kind: 'shutdownRequested' })
    assert.equal(running(), false)
    assert.deepEqual(faults, [])
    oracle.assertAllSaved()
    session.end(new Error('over'))
    await turns()
    assert.equal(clock.waiting, 0)
  }
  await fc.assert(fc.asyncProperty(sizes, rolls, options, fc.nat(20), run), { numRuns: 40 })
})
