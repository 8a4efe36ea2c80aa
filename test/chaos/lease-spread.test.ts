import assert from 'node:assert/strict'
import { test } from 'node:test'
import { areAllHeld, areShared, type Holdings, leaseSpread } from '../../chaos/report/lease-spread.ts'

const holdings = (atMs: number, free: number, held: Readonly<Record<string, number>>): Holdings => ({
  atUs: 1e6 + atMs * 1_000,
  free,
  held: new Map(Object.entries(held)),
})
const run = { startUs: 1e6, faultsFromUs: 1e6 + 5e6, faultsUntilUs: 1e6 + 9e6, shards: 8, workers: 2 }

test('leases are all held once none is free, and even once all workers and no others hold some, none more than one above its share', () => {
  const history = [
    holdings(1_000, 8, {}),
    holdings(2_000, 3, { a: 5 }),
    holdings(2_500, 1, { a: 4, b: 4 }),
    holdings(3_000, 0, { a: 8 }),
    holdings(4_000, 0, { a: 6, b: 2 }),
    holdings(4_500, 0, { a: 2, b: 3, gone: 3 }),
    holdings(4_800, 1, { a: 4, b: 4 }),
    holdings(6_000, 0, { a: 5, b: 3 }),
    holdings(8_000, 1, { b: 3, a: 5 }),
    holdings(10_000, 0, { b: 8 }),
  ]
  assert.deepEqual(leaseSpread(history, run), {
    allHeldMs: 3_000,
    evenMs: 6_000,
    heldAtFirst: [4, 4],
    heldAtLast: [5, 3],
  })
})

test('what never came about has no time', () => {
  assert.deepEqual(leaseSpread([holdings(1_000, 0, { a: 4 })], run), {
    allHeldMs: null,
    evenMs: null,
    heldAtFirst: [4],
    heldAtLast: [4],
  })
})

const evenWith = (workers: number, first: Record<string, number>, ...later: Record<string, number>[]) => {
  const shards = Object.values(first).reduce((sum, count) => sum + count, 0)
  const history = [first, ...later].map((held, place) => holdings(place, 0, held))
  return leaseSpread(history, { ...run, shards, workers }).evenMs
}

test('with fewer shards than workers some go without, and that is even', () => {
  assert.equal(evenWith(3, { a: 1, b: 1 }), 0)
  assert.equal(evenWith(3, { a: 2 }, { a: 1, b: 1 }), 1)
})

test('a worker may hold one above its share, of many shards a tenth: the KCL balances no nearer', () => {
  assert.equal(evenWith(3, { a: 4, b: 2, c: 2 }), 0)
  assert.equal(evenWith(3, { a: 5, b: 2, c: 1 }), null)
  assert.equal(evenWith(4, { a: 17, b: 16, c: 16, d: 15 }), 0)
  assert.equal(evenWith(4, { a: 18, b: 16, c: 15, d: 15 }), null)
  assert.equal(evenWith(2, { a: 70, b: 58 }), 0)
  assert.equal(evenWith(2, { a: 71, b: 57 }), null)
})

test('after a merge or a split evenness is that of the shards that are open then', () => {
  assert.equal(evenWith(2, { a: 4 }, { a: 2, b: 1 }), 1)
  assert.equal(evenWith(2, { a: 4 }, { a: 6, b: 1 }, { a: 5, b: 4 }), 2)
})

test('many shards are shared once every worker that can have some has half of its share', () => {
  const fleet = { shards: 18, workers: 4 }
  assert.equal(areShared(holdings(0, 0, { a: 12, b: 2, c: 2, d: 2 }), fleet), true)
  assert.equal(areShared(holdings(0, 0, { a: 13, b: 2, c: 2, d: 1 }), fleet), false)
  assert.equal(areShared(holdings(0, 0, { a: 14, b: 2, c: 2 }), fleet), false)
  assert.equal(areShared(holdings(0, 0, { a: 1, b: 1 }), { shards: 2, workers: 3 }), true)
  assert.equal(areAllHeld(holdings(0, 1, { a: 2 }), 2), false)
  assert.equal(areAllHeld(holdings(0, 0, { a: 1 }), 2), false)
})
