import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { faultKinds, kindsFor, specOf } from '../../chaos/plan/fault.ts'
import { planOf } from '../../chaos/plan/plan.ts'
import { randomOf } from '../../chaos/plan/random.ts'
import { request } from './request.ts'

const seeds = fc.integer({ min: 0, max: 2 ** 31 - 1 })

test('the same seed gives the same plan, and another seed another one', () => {
  fc.assert(
    fc.property(seeds, seed => {
      assert.deepEqual(planOf({ ...request, seed }), planOf({ ...request, seed }))
      assert.notDeepEqual(planOf({ ...request, seed }).faults, planOf({ ...request, seed: seed + 1 }).faults)
    }),
  )
})

test('a seed’s plan is the one that it always was: a seed that failed can be run again', () => {
  const { faults, ...rest } = planOf({ ...request, seed: 1, seconds: 10 })
  assert.deepEqual(rest, {
    seed: 1,
    seconds: 10,
    workers: 2,
    shards: 2,
    handling: 'bare',
    daemon: 'embedded',
    table: false,
    sharedDaemon: false,
    only: null,
  })
  assert.deepEqual(faults, [
    { atMs: 1_801, kind: 'terminate', worker: 1, durationMs: 2_420 },
    { atMs: 2_721, kind: 'tableDown', worker: null, durationMs: 2_911 },
    { atMs: 4_747, kind: 'failingHandler', worker: null, durationMs: 2_914 },
    { atMs: 8_040, kind: 'killBoth', worker: 0, durationMs: 1_960 },
  ])
})

test('faults strike in the order of their times, end in time, and strike nothing that is struck already', () => {
  fc.assert(
    fc.property(seeds, fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 300 }), (seed, workers, seconds) => {
      const { faults } = planOf({ ...request, seed, workers, seconds })
      for (const [place, fault] of faults.entries()) {
        assert.ok(fault.atMs >= (faults[place - 1]?.atMs ?? 0))
        assert.ok(fault.durationMs >= 0 && fault.atMs + fault.durationMs <= seconds * 1_000)
        assert.ok(fault.worker === null || fault.worker < workers)
        const { on } = specOf(fault.kind)
        const others = faults
          .slice(0, place)
          .filter(each => specOf(each.kind).on === on)
          .filter(each => each.worker === null || fault.worker === null || each.worker === fault.worker)
        for (const other of others) assert.ok(other.atMs + other.durationMs < fault.atMs, `${on} struck twice`)
      }
    }),
  )
})

test('what strikes everyone names no worker, what strikes one names it', () => {
  fc.assert(
    fc.property(seeds, seed => {
      for (const { kind, worker } of planOf({ ...request, seed }).faults) {
        const { all } = specOf(kind)
        if (all === 'only') assert.equal(worker, null)
        if (all === undefined) assert.notEqual(worker, null)
      }
    }),
  )
})

test('every kind is dealt in four minutes, whatever the seed', () => {
  fc.assert(
    fc.property(seeds, seed => {
      for (const daemon of ['embedded', 'stock'] as const) {
        const kinds = new Set(planOf({ ...request, daemon, seed, seconds: 240 }).faults.map(({ kind }) => kind))
        assert.deepEqual([...kinds].sort(), [...kindsFor(daemon)].sort())
      }
    }),
  )
})

test('options change what they name and leave the rest to the seed', () => {
  const given = planOf({ ...request, workers: 4, shards: 64, handling: 'eachBatch', only: ['killNode'], table: false })
  assert.deepEqual([given.workers, given.shards, given.handling, given.table], [4, 64, 'eachBatch', false])
  assert.deepEqual([...new Set(given.faults.map(({ kind }) => kind))], ['killNode'])
  assert.equal(planOf({ ...request, workers: 4 }).handling, planOf(request).handling)
  assert.equal(planOf({ ...request, table: true, daemon: 'stock' }).sharedDaemon, false)
})

test('bridges are killed where the daemon has some', () => {
  assert.equal(kindsFor('embedded').includes('killBridge'), false)
  assert.equal(kindsFor('stock').includes('killBridge'), true)
})

test('many shards are given time between faults', () => {
  const gap = (shards: number): number => {
    const [first, second] = planOf({ ...request, shards, seconds: 300 }).faults
    return (second?.atMs ?? 0) - (first?.atMs ?? 0)
  }
  assert.ok(gap(64) > 4_000 && gap(64) > gap(4))
})

test('chance is even, and a shuffle loses nothing', () => {
  const random = randomOf(3)
  const heads = Array.from({ length: 1_000 }, () => random.chance(50)).filter(Boolean).length
  assert.ok(heads > 400 && heads < 600, `${heads} of 1,000`)
  assert.deepEqual(random.shuffled(faultKinds).sort(), [...faultKinds].sort())
})
