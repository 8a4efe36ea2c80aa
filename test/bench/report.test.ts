import assert from 'node:assert/strict'
import { test } from 'node:test'
import { makeReport } from '../../bench/report/make-report.ts'
import { printReport } from '../../bench/report/print.ts'
import type { Result } from '../../bench/report/results.ts'
import { bridgeResult, dynamodbResult } from './sample-results.ts'

const results: readonly Result[] = [
  bridgeResult({ consumer: 'raw', recordsPerSecond: 2_000_000 }),
  bridgeResult(),
  bridgeResult({ consumer: 'aws-kcl', recordsPerSecond: 100_000 }),
  dynamodbResult(),
  { group: 'toolkit', name: 'frames: decode', nsPerRecord: 1_234.5, windows: 5 },
  { group: 'endToEnd', name: 'cold start', seconds: 7.2 },
]

test('the JSON has a case of each group, with its figures as numbers', () => {
  const { cases, quick } = JSON.parse(JSON.stringify(makeReport(results, [], true))) as {
    cases: Record<string, unknown>[]
    quick: boolean
  }
  assert.equal(quick, true)
  const of = (group: string): Record<string, unknown> => cases.find(each => each['group'] === group) ?? {}
  assert.equal(of('bridge')['consumer'], 'raw')
  for (const field of [
    'shards',
    'recordBytes',
    'recordsPerSecond',
    'p50Ms',
    'p99Ms',
    'cpuSecondsPerMillion',
    'rssBytes',
  ])
    assert.equal(typeof of('bridge')[field], 'number', field)
  assert.equal(of('dynamodb')['reads'], 'keys')
  assert.deepEqual(of('toolkit'), { group: 'toolkit', name: 'frames: decode', nsPerRecord: 1_234.5, windows: 5 })
  assert.equal(of('endToEnd')['seconds'], 7.2)
})

test('the table compares each consumer with the raw pump and the peers', () => {
  const lines = printReport(makeReport(results, [], false)).split('\n')
  const frames = lines.find(line => /^4 × 1 KiB +tsmld-frames/.test(line)) ?? ''
  assert.match(frames, /1\.00 M .* 0\.50 × +10\.0 ×$/)
})

test('at the end stand the goals that the run can tell, and how many it cannot', () => {
  const text = printReport(makeReport(results, [], false))
  assert.match(text, /^✔ +4 shards × 1 KiB: records\/s of aws-kcl +≥ 8\.00 × +10\.00 ×$/m)
  assert.match(text, /^12 of 15 goals need cases that this run did not have\.$/m)
})

test('a run beside busy programs says so', () => {
  const { notes } = makeReport([bridgeResult({ otherCpuShare: 0.42 })], ['another note'], false)
  assert.equal(notes[0], 'another note')
  assert.match(notes[1] ?? '', /up to 42 % of the CPUs/)
  assert.deepEqual(makeReport(results, [], false).notes, [])
})
