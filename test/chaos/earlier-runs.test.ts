import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type PlanRequest, planOf } from '../../chaos/plan/plan.ts'
import { decide, parseRuns } from '../../chaos/report/earlier-runs.ts'
import { digestOf, type RunLine, settingsOf } from '../../chaos/report/run-line.ts'
import { UsageError } from '../../scripts/command-line.ts'
import { request } from './request.ts'

const plans = (seeds: readonly number[], changes: Partial<PlanRequest> = {}) =>
  seeds.map(seed => planOf({ ...request, ...changes, seed }))

/** The line of a run as far as a file is request for it. */
function lineOf(seed: number, changes: Partial<RunLine> = {}, request: Partial<PlanRequest> = {}): string {
  const [plan] = plans([seed], request)
  assert.ok(plan !== undefined)
  const counts = { produced: 9, lost: 0, unexpected: 0, duplicates: 0, outOfOrder: 0, struck: 3, takeoverMs: [] }
  return JSON.stringify({ ok: true, seed, ...settingsOf(plan), schedule: digestOf(plan), ...counts, ...changes })
}
const decided = (text: string, of: ReturnType<typeof plans>) => {
  const { toRun, had, notices } = decide('a.jsonl', of, parseRuns('a.jsonl', text).runs)
  return { toRun: toRun.map(({ seed }) => seed), had: had.map(({ seed, ok }) => [seed, ok]), notices }
}

test('a seed is passed over where the file has it from the same options and schedule; of several runs the last counts', () => {
  const text = [lineOf(7), lineOf(8), lineOf(7, { ok: false }), ''].join('\n')
  assert.deepEqual(decided(text, plans([7, 8, 9])), {
    toRun: [9],
    had: [
      [7, false],
      [8, true],
    ],
    notices: [],
  })
  assert.deepEqual(decided('', plans([7])), { toRun: [7], had: [], notices: [] })
})

test('a seed that was run with anything else is run, and it is said what differs', () => {
  const differing: readonly [Partial<PlanRequest>, RegExp][] = [
    [{ seconds: 30 }, /with seconds 60, not 30: it is run$/],
    [{ workers: 5 }, /with workers \d, not 5: it is run$/],
    [{ shards: 9 }, /with shards \d, not 9: it is run$/],
    [{ daemon: 'stock' }, /daemon embedded, not stock/],
    [{ only: ['cut', 'split'] }, /with only all, not cut,split: it is run$/],
    [{ table: !planOf(request).table }, /table (true|false), not (true|false)/],
  ]
  for (const [changes, notice] of differing) {
    const { toRun, had, notices } = decided(`${lineOf(7)}\n`, plans([7], changes))
    assert.deepEqual([toRun, had], [[7], []])
    assert.match(notices.join(), notice)
    assert.match(notices.join(), /^seed 7: a\.jsonl has it with /)
  }
})

test('a seed whose schedule is another one, or whose line does not tell, is run', () => {
  const other = decided(`${lineOf(7, { schedule: '0123456789abcdef' })}\n`, plans([7]))
  assert.deepEqual(other.toRun, [7])
  assert.match(other.notices.join(), /with another schedule/)
  const earlier = decided('{"ok":true,"seed":7,"seconds":60}\n', plans([7]))
  assert.deepEqual(earlier.toRun, [7])
  assert.match(earlier.notices.join(), /from an earlier version, which did not write down/)
})

test('seeds that differ in the same are told in one sentence; a file may hold runs of several kinds', () => {
  const text = [lineOf(7), lineOf(8), lineOf(8, {}, { seconds: 30 }), lineOf(9), ''].join('\n')
  const { toRun, had, notices } = decided(text, plans([7, 8, 9], { seconds: 30 }))
  assert.deepEqual([toRun, had], [[7, 9], [[8, true]]])
  assert.deepEqual(notices, ['seeds 7, 9: a.jsonl has them with seconds 60, not 30: they are run'])
})

test('a file ends whole, in a line without its end, or in the beginning of a line, wherever it was cut', () => {
  const line = lineOf(8)
  assert.equal(parseRuns('a', `${lineOf(7)}\n`).end, 'whole')
  const { runs, end } = parseRuns('a', `${lineOf(7)}\n${line}`)
  assert.deepEqual([runs.length, end], [2, 'unended'])
  for (let length = 1; length < line.length; length++) {
    const cut = parseRuns('a', `${lineOf(7)}\n${line.slice(0, length)}`)
    assert.deepEqual([cut.runs.length, cut.end], [1, 'cut'], `${length} bytes`)
  }
})

test('a file of something else is refused, with the line', () => {
  const foreign = [
    'hello\n',
    'hello',
    '{"name":"x"}\n',
    '{"name":',
    '[1]\n',
    '7\n',
    'null\n',
    `${lineOf(7)}\n{"ok":tr\n`,
  ]
  for (const text of foreign)
    assert.throws(
      () => parseRuns('notes.txt', text),
      (error: unknown) =>
        error instanceof UsageError && /^--out: notes\.txt is no file of chaos' runs/.test(error.message),
      text,
    )
  assert.throws(() => parseRuns('a', `${lineOf(7)}\n{"ok":tr${lineOf(8)}\n`), /line 2 is none/)
})
