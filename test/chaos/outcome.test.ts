import assert from 'node:assert/strict'
import { test } from 'node:test'
import { planOf } from '../../chaos/plan/plan.ts'
import { earlierRuns, findingsOf, jsonLine, type Unjudged } from '../../chaos/report/outcome.ts'
import type { TakeOver } from '../../chaos/report/take-over.ts'

const mostMs = 17_000
const plan = planOf({
  seed: 1,
  seconds: 10,
  workers: 2,
  shards: 2,
  handling: 'bare',
  daemon: 'embedded',
  table: false,
  only: null,
})
const takeOver: TakeOver = {
  kind: 'killNode',
  application: 'app',
  shardId: 's0',
  ms: mostMs + 9,
  undisturbedMs: mostMs,
}
const kept: Unjudged['verdict'] = {
  lost: [],
  unexpected: [],
  outOfOrder: [],
  replayedTooEarly: [],
  wrongAtEnd: [],
  duplicates: ['app: a#1'],
}
const clean: Unjudged = {
  plan,
  verdict: kept,
  produced: 100,
  takeOvers: [takeOver],
  leases: { allHeldMs: 1, evenMs: 1, heldAtFirst: [1, 1], heldAtLast: [1, 1] },
  struck: { killNode: 1 },
  surprises: [],
  drainedMs: 100,
  tookMs: 1_000,
  timeLine: '',
}
const found = (changes: Partial<Unjudged>): string[] => findingsOf({ ...clean, ...changes }, mostMs)

test('a run that kept its promise has no findings: duplicates and take-overs within the bound are none', () => {
  assert.deepEqual(found({}), [])
})

for (const breach of ['lost', 'unexpected', 'outOfOrder', 'replayedTooEarly', 'wrongAtEnd'] as const)
  test(`what is ${breach} is a finding, with how many and the first five`, () => {
    const names = ['1', '2', '3', '4', '5', '6']
    assert.deepEqual(found({ verdict: { ...kept, [breach]: names } }), [`${breach}: 6 (1; 2; 3; 4; 5)`])
  })

test('a take-over after SIGKILL of Node beyond its bound is a finding, one after a host’s end is not', () => {
  const late = { ...takeOver, undisturbedMs: mostMs + 1 }
  assert.deepEqual(found({ takeOvers: [takeOver, late] }), ['s0 was taken over after 17001 ms, more than 17000'])
  assert.deepEqual(found({ takeOvers: [{ ...late, kind: 'killBoth' }] }), [])
})

test('surprises are findings', () => {
  assert.deepEqual(found({ surprises: ['worker 1 ended by itself'] }), ['worker 1 ended by itself'])
})

test('a run that produced nothing, or whose faults all struck nobody, shows nothing', () => {
  assert.match(found({ produced: 0 }).join(), /^nothing was produced/)
  assert.match(found({ struck: {} }).join(), /^none of the 4 faults struck/)
  assert.match(found({ struck: { killNode: 0, cut: 0 } }).join(), /^none of the 4 faults struck/)
  assert.deepEqual(found({ struck: {}, plan: { ...plan, faults: [] } }), [])
})

test('the line of a run says whether it is ok and counts what broke; a file of lines knows the last of each seed', () => {
  const line = (seed: number, findings: readonly string[]): string =>
    jsonLine({ ...clean, plan: { ...plan, seed }, verdict: { ...kept, lost: ['1', '2'] }, findings, folder: null })
  const { ok, seed, lost, duplicates, takeoverMs, hostTakeoverMs } = JSON.parse(line(7, ['x'])) as Record<
    string,
    unknown
  >
  assert.deepEqual([ok, seed, lost, duplicates, takeoverMs, hostTakeoverMs], [false, 7, 2, 1, [mostMs + 9], []])
  const runs = earlierRuns([line(7, ['x']), line(8, ['x']), line(7, []), ''].join('\n'))
  assert.deepEqual(
    [...runs],
    [
      [7, true],
      [8, false],
    ],
  )
  assert.equal(earlierRuns('').size, 0)
})
