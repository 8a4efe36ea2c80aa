import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { FlushToken } from '../../src/processors/flusher.ts'
import type { WireRecord } from '../../src/protocol/messages.ts'
import { CheckpointOracle, placeOf } from '../support/checkpoint-oracle.ts'
import { flushing, type TestFlusher } from '../support/flushers.ts'
import { turns } from '../support/turns.ts'
import { wireRecord } from '../support/wire-records.ts'

/** What a flusher does at one call: a number decides, 0 to 99. */
const dice = fc.infiniteStream(fc.nat(99))
const aggregates = fc.array(fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 4 }), { maxLength: 8 })

/** The KCL's batches: of each batch's aggregates, how many records they have. */
function batchesOf(sizes: readonly (readonly number[])[]): WireRecord[][] {
  let n = 0
  return sizes.map(batch =>
    batch.flatMap(size => {
      n++
      return Array.from({ length: size }, (_, sub) => wireRecord(n, sub))
    }),
  )
}

/** Whether no more of its aggregate follows a place. */
function isWhole(place: string, all: readonly WireRecord[]): boolean {
  const at = all.findIndex(record => placeOf(record) === place)
  return all[at + 1]?.sequenceNumber !== all[at]?.sequenceNumber
}

/** Makes a flusher ignore, refuse, throw, and return any part of what it holds in any order; gives the places of the records that are done. */
function misbehave(flusher: TestFlusher, roll: () => number): Set<string> {
  const done = new Set<string>()
  const places = new Map<FlushToken, string>()
  let isEmptied = true
  const give = (tokens: readonly FlushToken[]): readonly FlushToken[] => {
    for (const token of tokens) done.add(places.get(token) ?? '')
    return tokens
  }
  const part = (): readonly FlushToken[] => {
    const chosen = flusher.kept.flatMap((_, place) => (roll() < 50 ? [place] : [])).reverse()
    return chosen.length === 0 ? [] : give(flusher.take(...chosen))
  }
  const add = flusher.add.bind(flusher)
  flusher.add = (record, token, delayMs) => {
    const what = roll()
    if (what < 10) throw new Error('add failed')
    if (what < 25) {
      done.add(placeOf(record))
      return 'ignored'
    }
    if (what < 40 && !isEmptied) return 'full'
    isEmptied = false
    places.set(token, placeOf(record))
    return add(record, token, delayMs)
  }
  flusher.flushes = kind => {
    if (roll() < 25) return Promise.reject(new Error('flush failed'))
    if (kind === 'partial') return part()
    isEmptied = true
    return Promise.resolve(give(flusher.take()))
  }
  flusher.beat = () => {
    if (roll() < 10) throw new Error('heartbeat failed')
    return roll() < 30 ? part() : []
  }
  return done
}

test('whatever a flusher does, no checkpoint passes a record that is not done, and the end of the shard comes with all of them done', async t => {
  const run = async (
    sizes: readonly (readonly number[])[],
    rolls: Iterator<number>,
    maxRecords: number,
    subSequenceCheckpoints: boolean,
  ): Promise<void> => {
    const batches = batchesOf(sizes)
    const all = batches.flat()
    const played = await flushing(t, { maxRecords, subSequenceCheckpoints })
    const { flusher, clock, session } = played
    const done = misbehave(flusher, () => rolls.next().value as number)
    const oracle = new CheckpointOracle(played, all, done)
    for (const records of batches)
      await oracle.say({ kind: 'processRecords', records, millisBehindLatest: 0, atShardEnd: false })
    await oracle.say({ kind: 'shardEnded' })
    assert.deepEqual(oracle.heard.slice(-2), ['checkpoint latest', 'status shardEnded'])
    if (!subSequenceCheckpoints)
      for (const at of oracle.checkpoints) assert.ok(isWhole(at, all), `${at} is inside an aggregate`)
    assert.equal(done.size, all.length)
    session.end(new Error('over'))
    await turns()
    assert.equal(clock.waiting, 0)
  }
  await fc.assert(fc.asyncProperty(aggregates, dice, fc.integer({ min: 1, max: 6 }), fc.boolean(), run), {
    numRuns: 40,
  })
})
