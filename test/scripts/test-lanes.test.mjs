import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { globTests, lanesOf, timedFiles, waitingFiles } from '../../scripts/test-files.mjs'

test('every file runs in one lane; those that wait have one of their own, those that hold to times come last', () => {
  const files = [...globTests('unit'), ...globTests('real')]
  const [first, waiting, ...others] = lanesOf(files)
  assert.deepEqual(waiting, { files: waitingFiles, concurrency: 1 })
  assert.deepEqual(first?.files.slice(-timedFiles.length), timedFiles)
  assert.deepEqual([...(first?.files ?? []), ...waitingFiles].sort(), files.sort())
  assert.deepEqual(others, [])
})

test('of a few files only those run, and a lane without files is none', () => {
  const [one = ''] = waitingFiles
  assert.deepEqual(lanesOf([one]), [{ files: [one], concurrency: 1 }])
  assert.deepEqual(lanesOf(['a', timedFiles[0], 'b']), [{ files: ['a', 'b', timedFiles[0]], concurrency: 2 }])
})

function runLanes(t, lanes) {
  const folder = mkdtempSync(join(tmpdir(), 'lanes-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const files = {
    good: `test('good', t => t.diagnostic('7 of them'))`,
    bad: `describe('group', () => test('bad', () => { throw new Error('broken') }))`,
    ends: 'process.exit(3)',
  }
  const head = `import { describe, test } from 'node:test'\n`
  for (const [name, code] of Object.entries(files)) writeFileSync(join(folder, `${name}.mjs`), head + code)
  const given = lanes.map(names => ({ files: names.map(name => join(folder, `${name}.mjs`)), concurrency: 2 }))
  const { NODE_TEST_CONTEXT: _, ...env } = process.env
  const args = ['scripts/test-lanes.mjs', JSON.stringify(given)]
  const { status, stdout } = spawnSync(process.execPath, args, { env, encoding: 'utf8' })
  const count = name => Number(new RegExp(`^ℹ ${name} (\\d+)$`, 'm').exec(stdout)?.[1])
  return { status, stdout, counts: ['tests', 'suites', 'pass', 'fail'].map(count) }
}

test('lanes are reported as one run, with one summary at its end', t => {
  const { status, stdout, counts } = runLanes(t, [['good'], ['good', 'good']])
  assert.deepEqual([status, ...counts], [0, 3, 0, 3, 0])
  assert.equal(stdout.match(/^ℹ 7 of them$/gm)?.length, 3)
  assert.equal(stdout.match(/^ℹ tests /gm)?.length, 1)
  assert.match(stdout, /ℹ duration_ms [\d.]+\n$/)
})

for (const lanes of [
  [['good', 'bad'], ['good']],
  [['good'], ['bad', 'good']],
])
  test(`a test that fails in lane ${lanes[0]?.includes('bad') ? 1 : 2} is told, and fails the run`, t => {
    const { status, stdout, counts } = runLanes(t, lanes)
    assert.deepEqual([status, ...counts], [1, 3, 1, 2, 1])
    assert.match(stdout, /✖ failing tests:.*✖ bad .*broken/s)
  })

test('a file that ends with a code fails the run', t => {
  assert.equal(runLanes(t, [['good'], ['ends']]).status, 1)
})

test('an option that is none runs nothing, and says what there is', () => {
  for (const [option, code] of [
    ['--help', 0],
    ['--hlep', 2],
  ]) {
    const { status, stdout, stderr } = spawnSync(process.execPath, ['scripts/test.mjs', option], { timeout: 5_000 })
    assert.deepEqual([status, String(stdout)], [code, ''])
    assert.match(String(stderr), /^Usage: node scripts\/test\.mjs \[lint\|/)
  }
})
