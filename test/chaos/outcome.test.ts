import assert from 'node:assert/strict'
import { test } from 'node:test'
import { planOf } from '../../chaos/plan/plan.ts'
import { findingsOf, type Unjudged } from '../../chaos/report/outcome.ts'
import { digestOf, runLine } from '../../chaos/report/run-line.ts'
import type { Strike } from '../../chaos/report/strike.ts'
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
  judgement: { kind: 'judgedLater' },
}
const strike = (kind: Strike['fault']['kind'], foundNothing: string | null): Strike => ({
  fault: { kind, atMs: 1, worker: 0, durationMs: 0 },
  fromUs: 0,
  untilUs: 1,
  foundNothing,
  acted: foundNothing === null,
})
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
  strikes: [strike('killNode', null), strike('cut', 'it had no connection')],
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
  const judgement = { kind: 'notJudged', why: 'a host' } as const
  assert.deepEqual(found({ takeOvers: [{ ...late, kind: 'killBoth', judgement }] }), [])
})

test('surprises are findings', () => {
  assert.deepEqual(found({ surprises: ['worker 1 ended by itself'] }), ['worker 1 ended by itself'])
})

test('a run that produced nothing, or in which nothing struck, shows nothing', () => {
  assert.match(found({ produced: 0 }).join(), /^nothing was produced/)
  assert.match(found({ strikes: [] }).join(), /^none of the 4 faults found anything to strike/)
  assert.match(found({ strikes: [strike('cut', 'it had no connection')] }).join(), /^none of the 4 faults found/)
  assert.match(found({ strikes: [], plan: { ...plan, faults: [] } }).join(), /^the schedule of 10 s has no fault/)
})

test('the line of a run says whether it is ok, what it was run with, and counts what broke and what struck', () => {
  const unjudged: TakeOver = {
    ...takeOver,
    kind: 'killBoth',
    ms: null,
    undisturbedMs: null,
    judgement: { kind: 'notJudged', why: 'it never came' },
  }
  const line = runLine({
    ...clean,
    verdict: { ...kept, lost: ['1', '2'] },
    takeOvers: [takeOver, { ...takeOver, judgement: { kind: 'judged' } }, unjudged],
    findings: ['x'],
    folder: null,
  })
  const { ok, seed, lost, duplicates, takeoverMs, hostTakeoverMs, struck, foundNothing, takeovers } = line
  assert.deepEqual(
    [ok, seed, lost, duplicates, takeoverMs, hostTakeoverMs],
    [false, 1, 2, 1, [mostMs + 9, mostMs + 9], []],
  )
  assert.equal(struck, 1)
  assert.deepEqual(foundNothing, [{ atMs: 1, kind: 'cut', worker: 0, why: 'it had no connection' }])
  assert.deepEqual(takeovers, {
    judged: 1,
    judgedLater: 1,
    notJudged: [{ kind: 'killBoth', shardId: 's0', why: 'it never came' }],
  })
  const { seconds, workers, shards, handling, daemon, table, sharedDaemon, only } = line
  assert.deepEqual(
    [seconds, workers, shards, handling, daemon, table, sharedDaemon, only],
    [10, 2, 2, 'bare', 'embedded', false, false, null],
  )
  assert.ok(JSON.stringify(line).startsWith('{"ok":false,"seed":1,'))
})

test('two schedules that differ in anything have different digests', () => {
  const [first, ...others] = plan.faults
  assert.ok(first !== undefined)
  const changed = { ...plan, faults: [{ ...first, atMs: first.atMs + 1 }, ...others] }
  assert.match(digestOf(plan), /^[0-9a-f]{16}$/)
  assert.notEqual(digestOf(plan), digestOf(changed))
  assert.equal(digestOf(plan), digestOf({ ...changed, faults: plan.faults, seconds: 11 }))
})
