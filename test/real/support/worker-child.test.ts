import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startChild } from './worker-child.ts'

test('a worker whose Node cannot be run is told as one that ended before it ran, with why', async () => {
  const program = new URL('worker.ts', import.meta.url)
  const child = startChild({ program, env: {}, node: '/nowhere/node', detached: true, onLine: () => assert.fail() })
  await assert.rejects(child.started, /before it ran: spawn \/nowhere\/node ENOENT$/)
  assert.notEqual((await child.exit).code, 0)
})
