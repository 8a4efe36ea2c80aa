// What fuzz tells of its runs.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { findingIn, inputsIn } from '../../fuzz/cli/jazzer-output.ts'
import { describeResults } from '../../fuzz/cli/table.ts'

test('the closing table has a line for each target and their sum', () => {
  const frames = { name: 'frames', ok: true, inputs: 640, seconds: 1.25, corpus: 3, branches: 120 }
  const rows = describeResults([frames, { ...frames, name: 'session-frames', ok: false, inputs: 20 }]).split('\n')
  assert.deepEqual(
    rows.map(row => row.split(/ {2,}/)),
    [
      ['target', 'inputs', 'seconds', 'corpus', 'branches'],
      ['frames', 'ok', '640', '1.3', '3', '120'],
      ['session-frames', 'FOUND', '20', '1.3', '3', '120'],
      ['all', 'FOUND', '660', '2.5', '6'],
    ],
  )
  assert.match(describeResults([frames]), /^all +ok +640/m)
})

test('of Jazzer’s progress the inputs are known, whatever kind of line it is', () => {
  const lines = {
    '#2000\tDONE   cov: 110 ft: 239 corp: 29/7724b lim: 470 exec/s: 222 rss: 513Mb': 2_000,
    '#8\tpulse  cov: 87 ft: 128 corp: 4/1803b lim: 470 exec/s: 2 rss: 511Mb': 8,
    'INFO: Seed: 1': null,
    '###### Recommended dictionary. ######': null,
  }
  for (const [line, inputs] of Object.entries(lines)) assert.equal(inputsIn(line), inputs, line)
})

test('a finding is told from its exception on, with the file that it was left in', () => {
  const output = [
    'INFO: Seed: 1',
    '== Java Exception: java.lang.AssertionError: whole: [], 1 bytes at a time: [a]',
    '\tat io.tsmld.daemon.wire.FrameReaderFuzz.fuzzerTestOneInput(FrameReaderFuzz.java:24)',
    '== libFuzzer crashing input ==',
    "artifact_prefix='/tmp/'; Test unit written to /tmp/crash-0123abcd",
  ]
  assert.deepEqual(findingIn(output), { lines: output.slice(1, 3), file: '/tmp/crash-0123abcd' })
  const hang = ['==7== ERROR: libFuzzer: timeout after 60 seconds', 'Test unit written to /tmp/timeout-9']
  assert.deepEqual(findingIn(hang), { lines: hang, file: '/tmp/timeout-9' })
  assert.equal(findingIn([...output.slice(0, 3), ...Array.from({ length: 90 }, () => '\tat x')]).lines.length, 30)
})

test('where Jazzer did not come to run there is no finding', () => {
  assert.deepEqual(findingIn(['Error: Could not find or load main class']), { lines: [], file: null })
})
