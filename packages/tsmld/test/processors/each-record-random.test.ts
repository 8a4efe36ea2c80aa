import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import fc from 'fast-check'
import { type EachRecordOptions, eachRecord } from '../../src/processors/each-record.ts'
import { deadLetter } from '../../src/processors/poison.ts'
import type { WireRecord } from '../../src/protocol/messages.ts'
import { CheckpointOracle, placeOf } from '../support/checkpoint-oracle.ts'
import { playedSaving } from '../support/played-records.ts'
import { turns } from '../support/turns.ts'
import { VirtualClock } from '../support/virtual-clock.ts'
import { wireRecord } from '../support/wire-records.ts'

/** What each of the handler's and the sink's calls does: a number decides, 0 to 99. */
type Roll = () => number

/** Handlers that do anything but hang, and what must hold of their calls: one at a time of a key, in its order, and no more than the concurrency. */
class Handlers {
  readonly done = new Set<string>()
  /** What was wrong with their calls: to throw it there would be a failure to be tried again. */
  readonly faults: string[] = []
  readonly #running = new Set<string>()
  /** Those that have a lane of their own, for nothing is known of them. */
  readonly #broken = new Set<string>()
  readonly #roll: Roll
  readonly #clock: VirtualClock
  readonly #all: readonly WireRecord[]
  readonly #concurrency: number

  constructor(roll: Roll, clock: VirtualClock, all: readonly WireRecord[], concurrency: number) {
    this.#roll = roll
    this.#clock = clock
    this.#all = all
    this.#concurrency = concurrency
  }

  readonly handler = (record: WireRecord): Promise<void> | void => this.#call(record)

  readonly sink = (record: WireRecord): Promise<void> | void => this.#call(record)

  readonly filter = (record: WireRecord): boolean => {
    const what = this.#roll()
    if (what < 3) {
      this.#broken.add(placeOf(record))
      throw new Error('no filter')
    }
    if (what < 10) this.done.add(placeOf(record))
    return what >= 10
  }

  get running(): number {
    return this.#running.size
  }

  #call(record: WireRecord): Promise<void> | void {
    const place = placeOf(record)
    const isBefore = (each: WireRecord): boolean => this.#concurrency === 1 || each.partitionKey === record.partitionKey
    const undone = this.#all
      .slice(0, Number(record.sequenceNumber) - 1)
      .filter(each => isBefore(each) && !this.done.has(placeOf(each)) && !this.#broken.has(placeOf(each)))
    if (undone.length > 0 && !this.#broken.has(place))
      this.faults.push(`${place} came before ${undone.map(placeOf).join()}`)
    if (this.done.has(place)) this.faults.push(`${place} was done already`)
    if (this.#running.has(place) || this.#running.size >= this.#concurrency)
      this.faults.push(`${place} beside ${[...this.#running].join()}`)
    const what = this.#roll()
    if (what < 15) throw new Error('sync')
    if (what < 40) {
      this.done.add(place)
      return
    }
    this.#running.add(place)
    return new Promise((resolve, reject) => {
      this.#clock.setTimeout(() => {
        this.#running.delete(place)
        if (what < 60) {
          reject(new Error('async'))
          return
        }
        this.done.add(place)
        resolve()
      }, what * 7)
    })
  }
}

const rolls = fc.infiniteStream(fc.nat(99))
const batches = fc.array(fc.array(fc.nat(3), { maxLength: 8 }), { minLength: 1, maxLength: 8 })
const options = fc.record({
  concurrency: fc.integer({ min: 1, max: 4 }),
  maxAhead: fc.integer({ min: 1, max: 12 }),
  checkpointIntervalMs: fc.constantFrom(0, 700),
  timeoutMs: fc.constantFrom(undefined, 300),
  poison: fc.constantFrom('block', 'skip', 'deadLetter'),
  isFiltered: fc.boolean(),
})

interface Drawn {
  readonly concurrency: number
  readonly maxAhead: number
  readonly checkpointIntervalMs: number
  readonly timeoutMs: number | undefined
  readonly poison: 'block' | 'skip' | 'deadLetter'
  readonly isFiltered: boolean
}

async function shardOf(
  t: TestContext,
  keys: readonly (readonly number[])[],
  dice: Iterator<number>,
  { poison, isFiltered, timeoutMs, ...drawn }: Drawn,
) {
  const clock = new VirtualClock(t)
  let n = 0
  const given = keys.map(batch => batch.map(key => ({ ...wireRecord(++n), partitionKey: `key-${key}` })))
  const all = given.flat()
  const handlers = new Handlers(() => dice.next().value as number, clock, all, drawn.concurrency)
  const options: EachRecordOptions<WireRecord> = {
    ...drawn,
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
    ...(isFiltered ? { filter: handlers.filter } : {}),
    retry: { attempts: 2, backoff: { baseMs: 100, maxMs: 400 } },
    onPoison: poison === 'deadLetter' ? deadLetter(handlers.sink) : poison,
    onEvent: ({ kind, record }) => {
      if (kind === 'recordSkipped') handlers.done.add(placeOf(record))
    },
  }
  const played = { ...(await playedSaving(eachRecord(handlers.handler, options))), clock }
  return { ...played, given, all, handlers, oracle: new CheckpointOracle(played, all, handlers.done) }
}

const delivered = (records: readonly WireRecord[]) =>
  ({ kind: 'processRecords', records, millisBehindLatest: 0, atShardEnd: false }) as const

test('whatever handlers do, keys keep their order, no checkpoint passes a record that is not done, and the shard ends with all of them done', async t => {
  const run = async (keys: number[][], dice: Iterator<number>, drawn: Drawn): Promise<void> => {
    // What a broken filter throws for blocks for ever.
    const isFiltered = drawn.isFiltered && drawn.poison !== 'block'
    const { oracle, given, all, handlers, session, clock } = await shardOf(t, keys, dice, { ...drawn, isFiltered })
    for (const records of given) await oracle.say(delivered(records))
    await oracle.say({ kind: 'shardEnded' })
    assert.deepEqual(oracle.heard.slice(-2), ['checkpoint latest', 'status shardEnded'])
    assert.equal(handlers.done.size, all.length)
    assert.deepEqual(handlers.faults, [])
    session.end(new Error('over'))
    await turns()
    assert.equal(clock.waiting, 0)
  }
  await fc.assert(fc.asyncProperty(batches, rolls, options, run), { numRuns: 40 })
})

test('whenever a stop comes, what runs is waited for, and the last checkpoint is all that may be saved', async t => {
  const run = async (keys: number[][], dice: Iterator<number>, drawn: Drawn, stopAt: number): Promise<void> => {
    const { oracle, given, handlers, session, clock, daemon } = await shardOf(t, keys, dice, drawn)
    for (const [place, records] of given.entries()) {
      daemon.say(delivered(records))
      if (place < stopAt / 2) {
        if (await oracle.answers(2_000)) continue
      } else await clock.pass(100 * (stopAt % 7))
      // A handover is not announced; but where a record blocks, only a stop ends the action.
      session.announceStop()
      assert.ok(await oracle.answers(20_000))
      break
    }
    await oracle.say({ kind: 'shutdownRequested' })
    assert.equal(handlers.running, 0)
    assert.deepEqual(handlers.faults, [])
    oracle.assertAllSaved()
    session.end(new Error('over'))
    await turns()
    assert.equal(clock.waiting, 0)
  }
  await fc.assert(fc.asyncProperty(batches, rolls, options, fc.nat(20), run), { numRuns: 40 })
})
