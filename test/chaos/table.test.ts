import assert from 'node:assert/strict'
import { test } from 'node:test'
import { describeAll, type Row } from '../../chaos/cli/table.ts'

const row = (seed: number, isEarlier: boolean, ok = true): Row => ({
  line: {
    seed,
    ok,
    produced: 900,
    lost: 0,
    unexpected: 0,
    outOfOrder: 0,
    duplicates: 5,
    struck: 12,
    takeoverMs: [700, 2_000],
  },
  isEarlier,
})
const cells = (rows: readonly Row[]): string[][] =>
  describeAll(rows, [1, 2, 3], 'a.jsonl')
    .split('\n')
    .map(line => line.trim().split(/ {2,}/))

test('every seed has a line, in the order in which they were asked for; those that the file had are marked', () => {
  const [, first, second, third, legend] = cells([row(2, true), row(1, false), row(3, true, false)])
  assert.deepEqual(first, ['1', 'ok', '900', '0', '0', '0', '5', '12', '700 2000'])
  assert.equal(second?.[0], '2*')
  assert.deepEqual(third?.slice(0, 2), ['3*', 'NOT OK'])
  assert.deepEqual(legend, ['* not run now: a.jsonl had it'])
})

test('where all were run nothing is marked', () => {
  assert.equal(cells([row(1, false), row(2, false)]).length, 3)
})
