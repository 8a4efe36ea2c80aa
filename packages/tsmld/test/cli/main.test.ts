import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'

const main = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url))

function tsmld(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['--conditions=tsmld-source', '--import', 'tsx', main, ...args],
    { encoding: 'utf8' },
  )
  return { status, stdout, stderr }
}

test('tsmld shows its commands', () => {
  for (const args of [[], ['--help']]) {
    const { status, stdout, stderr } = tsmld(...args)
    assert.equal(status, 0, stderr)
    assert.match(stdout, /prepare \[--java PATH\]/)
  }
})

test('what is no command or option is refused, with the usage', () => {
  for (const args of [['nope'], ['prepare', 'more'], ['--nope']]) {
    const { status, stdout, stderr } = tsmld(...args)
    assert.equal(status, 1)
    assert.equal(stdout, '')
    assert.match(stderr, /^tsmld: .*\n\ntsmld <command>/)
  }
})

test('prepare says in one sentence that there is no such Java', () => {
  const { status, stderr } = tsmld('prepare', '--java', '/nowhere/java')
  assert.equal(status, 1)
  assert.match(stderr, /^tsmld: No Java was found at javaPath '\/nowhere\/java': [^\n]*\n$/)
})
