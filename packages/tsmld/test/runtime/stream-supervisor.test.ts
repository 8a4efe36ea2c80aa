import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DaemonHost } from '../../src/daemon/daemon-host.ts'
import { ProtocolError } from '../../src/errors.ts'
import { encodeDaemonMessage } from '../../src/protocol/daemon-frames.ts'
import { embeddedKind } from '../../src/runtime/embedded-kind.ts'
import { fakeRuntime } from '../support/fake-runtime.ts'
import { batch } from '../support/wire-records.ts'

test('a stagger delays the first start by a random share of it', async t => {
  t.mock.method(Math, 'random', () => 1)
  const { runtime } = await fakeRuntime(t, [['well']], { defaults: { startStaggerMs: 300 } })
  const from = performance.now()
  await runtime.start()
  assert.ok(performance.now() - from >= 300)
  await runtime.stop()
})

test('a stop during the stagger starts no daemon', async t => {
  t.mock.method(Math, 'random', () => 1)
  const { runtime, alive } = await fakeRuntime(t, [['well']], { defaults: { startStaggerMs: 600_000 } })
  const started = assert.rejects(runtime.start())
  await runtime.stop()
  await started
  assert.deepEqual(alive(), [])
})

test("the runtime's limits hold for the embedded daemon's sessions", () => {
  const kind = embeddedKind({
    folder: { path: '/tmp', ensure: async () => {}, [Symbol.asyncDispose]: async () => {} },
    token: 'secret',
    workerId: 'w',
    host: new DaemonHost(() => assert.fail('nothing starts')),
    limits: { batchBytes: 10 },
  })
  const decoder = kind.newCodec().decoder()
  assert.throws(() => encodeDaemonMessage(batch(1)).flatMap(frame => [...decoder.push(frame)]), ProtocolError)
})
