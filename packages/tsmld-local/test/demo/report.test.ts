import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Ledger } from '../../src/demo/ledger.ts'
import { makeReport, renderReport, type StreamResult } from '../../src/demo/report.ts'

function halfway(): StreamResult {
  const ledger = new Ledger()
  for (const n of [0, 1, 2]) ledger.produced({ key: 'a', n })
  ledger.delivered(ledger.session('s'), { sequenceNumber: '1', subSequenceNumber: 0 }, { key: 'a', n: 0 })
  return { type: 'kinesis', name: 'clicks', ledger }
}

test('after an interrupt the report says what was not processed yet, without a verdict', () => {
  const results = [halfway()]
  const report = makeReport(results, { coldStartMs: 4_000, interrupted: true })
  assert.equal(report.ok, false)
  assert.equal(report.interrupted, true)
  assert.equal(
    renderReport(results, report).at(-1),
    'kinesis: 3 produced, 1 processed, 0 duplicates; interrupted: 2 not processed yet',
  )
})

test('an interrupt does not hide a record that nobody produced', () => {
  const result = halfway()
  const { ledger } = result
  ledger.delivered(ledger.session('s'), { sequenceNumber: '2', subSequenceNumber: 0 }, { key: 'b', n: 0 })
  const report = makeReport([result], { coldStartMs: 4_000, interrupted: true })
  assert.match(renderReport([result], report).at(-1) ?? '', /^✖ kinesis: .*1 that nobody produced; interrupted: 2 /)
})

test('without an interrupt what did not come is lost, and the report has no word of an interrupt', () => {
  const results = [halfway()]
  const report = makeReport(results, { coldStartMs: 4_000, interrupted: false })
  assert.equal('interrupted' in report, false)
  assert.deepEqual(renderReport(results, report).slice(-2), [
    '✖ kinesis: 3 produced, 1 processed, 2 lost, 0 duplicates, 0 out of order',
    '✖ The promise was not kept; first records after 4.0 s.',
  ])
})
