import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { dirname } from 'node:path'
import { test } from 'node:test'
import type { ControlOrder } from '../../src/daemon/control-channel.ts'
import { ConfigError, DaemonExitError, StreamFailedError, TimeoutError } from '../../src/errors.ts'
import { fakeRuntime } from '../support/fake-runtime.ts'
import { isPending, rejection, until } from '../support/turns.ts'

/** An order of a kind that a daemon got. */
function order<T extends ControlOrder['type']>(orders: readonly ControlOrder[] | undefined, type: T) {
  const found = orders?.find(each => each.type === type)
  assert(found !== undefined, `no ${type}`)
  return found as Extract<ControlOrder, { type: T }>
}

test('start resolves when the daemon runs; stop ends it, and closed resolves', async t => {
  const { runtime, alive } = await fakeRuntime(t, [['well']])
  assert.equal(runtime.status().state, 'created')
  await runtime.start()
  assert.deepEqual(alive(), [runtime.status().streams[0]?.daemon.pid])
  assert.equal(runtime.status().state, 'running')
  assert.equal(await isPending(runtime.closed), true)
  await runtime.stop()
  await runtime.closed
  assert.deepEqual(alive(), [])
  assert.equal(runtime.status().state, 'stopped')
})

test("the socket is in the runtime's own folder, which is gone after the stop", async t => {
  const { runtime, fakes } = await fakeRuntime(t, [['well']])
  await runtime.start()
  const [listener] = order(fakes[0]?.runs()[0]?.orders, 'listeners').listeners
  assert(listener !== undefined && 'path' in listener)
  assert.equal(existsSync(listener.path), true)
  await runtime.stop()
  assert.equal(existsSync(dirname(listener.path)), false)
})

test('the token is new for each runtime, and in no argument, environment or log', async t => {
  const tokens = new Set<string>()
  for (let n = 0; n < 2; n++) {
    const { runtime, fakes, logger } = await fakeRuntime(t, [['well']])
    await runtime.start()
    const [run] = fakes[0]?.runs() ?? []
    const { token } = order(run?.orders, 'start')
    assert.match(token, /^[0-9a-f]{64}$/)
    tokens.add(token)
    await runtime.stop()
    assert(run !== undefined)
    assert(![...run.args, ...run.env, logger.text, JSON.stringify(runtime.status())].some(text => text.includes(token)))
  }
  assert.equal(tokens.size, 2)
})

test('a shard is processed, and drained by the stop with its last checkpoint', async t => {
  const seen: string[] = []
  const { runtime, fakes } = await fakeRuntime(
    t,
    [['shard']],
    {},
    {
      processor: () => ({
        processRecords: ({ records }) => void seen.push(...records.map(({ data }) => data.toString())),
        shutdownRequested: checkpointer => checkpointer.checkpoint(),
      }),
    },
  )
  await runtime.start()
  await until('the record came', () => seen.length === 1)
  const status = runtime.status()
  assert.deepEqual(JSON.parse(JSON.stringify(status)), status)
  const [shard] = status.streams[0]?.shards ?? []
  assert.equal(shard?.shardId, 'shardId-000000000000')
  assert.deepEqual([shard.records, shard.lastSequenceNumber], [1, '77'])
  await runtime.stop()
  assert.deepEqual(seen, ['data'])
  const heard = fakes[0]
    ?.runs()[0]
    ?.heard.map(
      ({ action, responseFor, sequenceNumber }) => responseFor ?? `${String(action)} ${String(sequenceNumber)}`,
    )
  assert.deepEqual(heard, ['initialize', 'processRecords', 'checkpoint 77', 'shutdownRequested'])
})

test('over TCP the daemon comes by the loopback with the same token', async t => {
  const seen: string[] = []
  const processor = () => ({ processRecords: () => void seen.push('batch') })
  const { runtime, fakes } = await fakeRuntime(t, [['shard']], { transport: 'tcp' }, { processor })
  await runtime.start()
  await until('the record came', () => seen.length === 1)
  const [listener] = order(fakes[0]?.runs()[0]?.orders, 'listeners').listeners
  assert(listener !== undefined && 'host' in listener)
  assert.equal(listener.host, '127.0.0.1')
  await runtime.stop()
})

test('fault 24: a handler that never returns delays nothing beyond the deadline, and is named', async t => {
  const { runtime, alive, fakes } = await fakeRuntime(
    t,
    [['shard'], ['well']],
    { stopDeadlineMs: 100 },
    {
      processor: () => ({ processRecords: () => new Promise<void>(() => {}) }),
    },
  )
  await runtime.start()
  await until('the handler runs', () => runtime.status().streams[0]?.shards[0]?.state === 'handling processRecords')
  const error = await rejection(runtime.stop())
  assert(error instanceof TimeoutError)
  assert.match(error.message, /app-0 was drained within 100 ms.*Still running: shardId-000000000000\./)
  assert.equal(await rejection(runtime.closed), error)
  assert.deepEqual(alive(), [])
  assert.equal(fakes[1]?.runs()[0]?.exit?.why, 'stopped')
})

test('the wait of a start is explained once, unless fastStart leaves it out', async t => {
  const waits = (lines: readonly string[]): string[] =>
    lines.filter(line => line.includes('when the KCL has leased them'))
  const slow = await fakeRuntime(t, [['well']])
  await slow.runtime.start()
  assert.match(
    waits(slow.logger.messages('info')).join('\n'),
    /^the shards begin .* one to two minutes, .*fastStart: true[^\n]*$/,
  )
  const fast = await fakeRuntime(t, [['well']], {}, { fastStart: true })
  await fast.runtime.start()
  assert.deepEqual(waits(fast.logger.messages('info')), [])
})

test('a first start that fails is final: its reason is thrown, and nothing is left running', async t => {
  for (const [mode, kind] of [
    ['streamFailed', StreamFailedError],
    ['exitAtOnce', DaemonExitError],
  ] as const) {
    const { runtime, alive, logger } = await fakeRuntime(t, [['well'], [mode]])
    const error = await rejection(runtime.start())
    assert(error instanceof kind)
    assert.equal(await rejection(runtime.closed), error)
    assert.equal(runtime.status().state, 'failed')
    assert.equal(logger.messages('error').at(-1), `the start failed, and nothing is left running: ${error.message}`)
    assert.ok(!logger.messages('info').includes('the daemon exits'))
    const [other, failed] = runtime.status().streams
    assert.deepEqual([other?.state, failed?.state, failed?.lastFailure], ['stopped', 'failed', error.message])
    assert.deepEqual(alive(), [])
    await runtime.stop()
    assert.equal(runtime.status().state, 'failed')
  }
})

test('stop() during a start that fails waits for its end', async t => {
  const { runtime, alive, fakes } = await fakeRuntime(t, [['well'], ['streamFailed']])
  const started = rejection(runtime.start())
  await until('the second stream has failed', () => fakes[1]?.runs()[0]?.exit != null)
  await runtime.stop().catch(() => {})
  assert.deepEqual(alive(), [])
  assert((await started) instanceof Error)
  assert.notEqual(runtime.status().state, 'stopping')
})

test('fault 23: a Java that is missing, or none at all, is a ConfigError and starts nothing', async t => {
  const { runtime, fakes } = await fakeRuntime(t, [['well']], {}, { javaPath: '/nowhere/java' })
  const error = await rejection(runtime.start())
  assert(error instanceof ConfigError)
  assert.match(error.message, /javaPath '\/nowhere\/java'/)
  assert.deepEqual(fakes[0]?.runs(), [])
})

test('closed raises no unhandled rejection when nobody looks at it', async t => {
  const rejections: unknown[] = []
  const noteIt = (reason: unknown): void => void rejections.push(reason)
  process.on('unhandledRejection', noteIt)
  t.after(() => process.off('unhandledRejection', noteIt))
  const { runtime } = await fakeRuntime(t, [['streamFailed']])
  await rejection(runtime.start())
  await new Promise(resolve => setImmediate(resolve))
  assert.deepEqual(rejections, [])
})

test('a stop while it starts calls the start off, and all of it ends', async t => {
  const { runtime, alive } = await fakeRuntime(t, [['slowStart']])
  const started = rejection(runtime.start())
  await until('the daemon runs', () => alive().length === 1)
  await runtime.stop()
  assert((await started) instanceof TimeoutError)
  await runtime.closed
  assert.deepEqual(alive(), [])
  assert.equal(runtime.status().state, 'stopped')
})

test('stop() before start() does nothing, and such a runtime is over', async t => {
  const { runtime, fakes } = await fakeRuntime(t, [['well']])
  await runtime.stop()
  await runtime.closed
  assert((await rejection(runtime.start())) instanceof ConfigError)
  assert.deepEqual(fakes[0]?.runs(), [])
})

test('start() is called once, and a second stop() waits for the first', async t => {
  const { runtime, alive } = await fakeRuntime(t, [['well']])
  await runtime.start()
  const again = await rejection(runtime.run())
  assert(again instanceof ConfigError)
  assert.match(again.message, /This runtime is running: .* To wait for its end, await runtime\.closed\.$/)
  const first = runtime.stop()
  assert.equal(runtime.stop(), first)
  await runtime[Symbol.asyncDispose]()
  assert.deepEqual(alive(), [])
})

test('health: live and ready while all streams run, also with no lease', async t => {
  const { runtime } = await fakeRuntime(t, [['well']])
  assert.deepEqual(runtime.health(), { live: true, ready: false, reasons: ['the runtime is created'] })
  await runtime.start()
  assert.deepEqual(runtime.status().streams[0]?.shards, [])
  assert.deepEqual(runtime.health(), { live: true, ready: true, reasons: [] })
  await runtime.stop()
  assert.equal(runtime.health().ready, false)
})

test('run() stops gracefully at a signal, and takes its signal handlers away again', async t => {
  const { runtime, alive, fakes } = await fakeRuntime(t, [['well']])
  const before = process.listenerCount('SIGTERM')
  const ran = runtime.run()
  assert.equal(process.listenerCount('SIGTERM'), before + 1)
  await until('it runs', () => runtime.status().state === 'running')
  process.emit('SIGTERM', 'SIGTERM')
  await ran
  assert.equal(process.listenerCount('SIGTERM'), before)
  assert.equal(process.listenerCount('SIGINT'), before)
  assert.deepEqual(alive(), [])
  assert.equal(fakes[0]?.runs()[0]?.exit?.why, 'stopped')
})

test('without run() no signal handler is installed', async t => {
  const before = ['SIGTERM', 'SIGINT'].map(signal => process.listenerCount(signal))
  const { runtime } = await fakeRuntime(t, [['well']])
  await runtime.start()
  assert.deepEqual(
    ['SIGTERM', 'SIGINT'].map(signal => process.listenerCount(signal)),
    before,
  )
})

test('run() throws what start() throws', async t => {
  const { runtime } = await fakeRuntime(t, [['streamFailed']])
  assert((await rejection(runtime.run())) instanceof StreamFailedError)
})
