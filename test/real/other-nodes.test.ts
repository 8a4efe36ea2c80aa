// The unit tests on the Nodes of the conformance matrix: `npm run matrix` runs all of them on each, `npm test` on the newer ones those that are quick.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { test } from 'node:test'
import { nodeMajors, nodeProgram } from '../../scripts/nodes.ts'

const every = process.env['TSMLD_MATRIX'] === 'all'
const [oldest] = nodeMajors
/** What a Node could break without a JVM, a thread or a clock in it. */
const quick = ['protocol', 'records', 'session', 'config', 'testing'].map(part => `packages/tsmld/test/${part}/`)

for (const major of nodeMajors)
  if (every || major !== oldest)
    test(`unit tests, Node ${major}`, { timeout: 600_000 }, async t => {
      const summary = await unitTests(nodeProgram(major), every ? [] : quick)
      t.diagnostic(summary)
    })

/** Runs unit tests on a Node; resolves with the number of those that passed, in words. */
function unitTests(node: string, parts: readonly string[]): Promise<string> {
  const env = { ...process.env, NODE_TEST_CONTEXT: undefined }
  return new Promise((resolve, reject) => {
    const args = ['scripts/test.mjs', 'unit', '--', ...parts]
    execFile(node, args, { env, maxBuffer: 64 * 2 ** 20 }, (error, stdout) => {
      const passed = /^ℹ pass (\d+)$/m.exec(stdout)?.[1]
      if (error === null && Number(passed) > 0) resolve(`${passed} tests passed`)
      else reject(new assert.AssertionError({ message: stdout.slice(stdout.indexOf('✖')).slice(-20_000) }))
    })
  })
}
