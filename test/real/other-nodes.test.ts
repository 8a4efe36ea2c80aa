// The unit tests on the Nodes of the conformance matrix: `npm run matrix` runs all of them on each, `npm test` on the newer ones those that are quick.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { test } from 'node:test'
import { nodeMajors, nodeProgram } from '../../scripts/nodes.ts'

const every = process.env['TSMLD_MATRIX'] === 'all'
const [oldest] = nodeMajors
/** What a Node could break without a JVM, a thread or a clock in it. */
const quick = ['protocol', 'records', 'session', 'config', 'testing'].map(part => `packages/tsmld/test/${part}/`)

for (const major of nodeMajors)
  if (every || major !== oldest)
    test(`unit tests, Node ${major}`, { timeout: every ? 1_200_000 : 230_000 }, async t => {
      const { code, output } = await unitTests(nodeProgram(major), every ? [] : quick, t.signal)
      assert.equal(code, 0, output.slice(output.indexOf('✖')).slice(-20_000))
      const passed = /^ℹ pass (\d+)$/m.exec(output)?.[1]
      assert.ok(Number(passed) > 0, 'some tests ran')
      t.diagnostic(`${passed} passed`)
    })

/** Runs unit tests on a Node, and ends them, with all that they started, at the signal. */
async function unitTests(
  node: string,
  parts: readonly string[],
  signal: AbortSignal,
): Promise<{ readonly code: number | null; readonly output: string }> {
  const child = spawn(node, ['scripts/test.mjs', 'unit', '--', ...parts], {
    env: { ...process.env, NODE_TEST_CONTEXT: undefined },
    stdio: ['ignore', 'pipe', 'inherit'],
    detached: true,
  })
  signal.addEventListener('abort', () => {
    if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, 'SIGKILL')
  })
  let output = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text))
  const [code] = (await once(child, 'close')) as [number | null]
  return { code, output }
}
