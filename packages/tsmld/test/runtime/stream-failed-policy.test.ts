import assert from 'node:assert/strict'
import { test } from 'node:test'
import { RestartLimitError, type TsmldError } from '../../src/errors.ts'
import { fakeRuntime, killDaemon } from '../support/fake-runtime.ts'
import { rejection, turns, until } from '../support/turns.ts'

test("with 'continue' the other streams go on, and the failed one makes the runtime not live", async t => {
  const { runtime, fakes, alive } = await fakeRuntime(t, [['well'], ['well']], {
    restartLimit: { max: 0, withinMs: 10_000 },
    onStreamFailed: 'continue',
  })
  await runtime.start()
  killDaemon(runtime, 0)
  await until('it has failed', () => runtime.status().streams[0]?.state === 'failed')
  await turns()
  assert.deepEqual(alive(), [fakes[1]?.runs()[0]?.pid])
  assert.equal(runtime.status().state, 'running')
  const { live, ready, reasons } = runtime.health()
  assert.deepEqual([live, ready], [false, false])
  assert.match(reasons.join('\n'), /^app-0 is failed: .*by SIGKILL/)
  await runtime.stop()
  await runtime.closed
})

test("with 'continue' the runtime ends with the last of its streams", async t => {
  const { runtime, alive } = await fakeRuntime(t, [['well'], ['well']], {
    restartLimit: { max: 0, withinMs: 10_000 },
    onStreamFailed: 'continue',
  })
  await runtime.start()
  killDaemon(runtime, 0)
  killDaemon(runtime, 1)
  assert((await rejection(runtime.closed)) instanceof RestartLimitError)
  assert.deepEqual(alive(), [])
})

test('a function decides for each failed stream', async t => {
  const asked: [TsmldError, string][] = []
  const { runtime, alive } = await fakeRuntime(t, [['well'], ['well']], {
    restartLimit: { max: 0, withinMs: 10_000 },
    onStreamFailed: (error, stream) => {
      asked.push([error, stream])
      return 'stop'
    },
  })
  await runtime.start()
  killDaemon(runtime, 0)
  const error = await rejection(runtime.closed)
  assert.deepEqual(asked, [[error, 'app-0']])
  assert.deepEqual(alive(), [])
})

test('a policy that throws ends the runtime with the reason of the stream', async t => {
  const { runtime, alive } = await fakeRuntime(t, [['well'], ['well']], {
    restartLimit: { max: 0, withinMs: 10_000 },
    onStreamFailed: () => {
      throw new Error('policy')
    },
  })
  await runtime.start()
  killDaemon(runtime, 0)
  const error = await rejection(runtime.closed)
  assert.ok(error instanceof RestartLimitError)
  assert.deepEqual(alive(), [])
})

test('when every stream has failed, the first reason is told, whatever the policy', async t => {
  const { runtime, alive } = await fakeRuntime(t, [['well'], ['well']], {
    restartLimit: { max: 0, withinMs: 10_000 },
    onStreamFailed: 'continue',
  })
  await runtime.start()
  killDaemon(runtime, 1)
  await until('the second stream has failed', () => runtime.status().streams[1]?.state === 'failed')
  const first = runtime.status().streams[1]?.lastFailure ?? ''
  killDaemon(runtime, 0)
  const error = await rejection(runtime.closed)
  assert.ok(error instanceof RestartLimitError)
  assert.equal(error.stream, 'app-1')
  assert.ok(error.message.includes(first))
  assert.deepEqual(alive(), [])
})
