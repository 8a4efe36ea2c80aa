import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Holdings, leaseSpread } from '../../chaos/report/lease-spread.ts'

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
