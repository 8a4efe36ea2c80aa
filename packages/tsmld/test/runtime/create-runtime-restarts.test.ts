import assert from 'node:assert/strict'
import { test } from 'node:test'
import { dynamodbStream, type StreamDefinition } from '../../src/config/define-stream.ts'
import type { DynamodbStreamOptions } from '../../src/config/stream-options.ts'
import { deferred } from '../../src/deferred.ts'
import { DaemonExitError, RestartLimitError } from '../../src/errors.ts'
import { createRuntime, type Runtime } from '../../src/runtime/create-runtime.ts'
import { RecordingLogger } from '../../src/testing/recording-logger.ts'
import { FakeDaemons, fakeJava } from '../support/fake-daemons.ts'
import { fakeRuntime, killDaemon } from '../support/fake-runtime.ts'
import { rejection, turns, until } from '../support/turns.ts'

/** Whether the first stream runs after one restart. */
function runsAgain(runtime: Runtime): boolean {
  const [stream] = runtime.status().streams
  return stream?.state === 'running' && stream.restarts === 1
}

/** The worker ids that the daemons were given, a stream's start each. */
function workerIds(fakes: FakeDaemons | undefined): string[] {
  const orders = fakes?.runs().flatMap(run => run.orders) ?? []
  return orders.flatMap(order => (order.type === 'startStream' ? [String(order.stream.properties['workerId'])] : []))
}

/** A DynamoDB stream on a stock daemon that plays one shard. */
function stockItems(fakes: FakeDaemons, processor: DynamodbStreamOptions['processor']): StreamDefinition {
  return dynamodbStream({
    tableName: 'items',
    applicationName: 'items-cache',
    region: 'eu-west-1',
    daemon: 'stock',
    classpath: '/nowhere.jar',
    javaPath: fakeJava,
    env: fakes.env('shard'),
    processor,
  })
}

test('a JVM that ends is replaced, only after its exit was seen, under the same worker id', async t => {
  const { runtime, fakes, logger } = await fakeRuntime(t, [['exitLater', 'well']])
  await runtime.start()
  await until('it was replaced', () => runsAgain(runtime))
  const [old, next] = fakes[0]?.runs() ?? []
  assert(old?.exit != null && next !== undefined)
  assert.notEqual(next.pid, old.pid)
  assert.equal(old.exit.at <= next.startedAt, true)
  const ids = workerIds(fakes[0])
  assert.equal(ids.length, 2)
  assert.equal(new Set(ids).size, 1)
  assert.equal(ids[0], runtime.status().workerId)
  assert.match(logger.messages('error').join('\n'), /the daemon failed and starts again.*a fault of the daemon/)
  assert.match(String(runtime.status().streams[0]?.lastFailure), /a fault of the daemon/)
  assert.deepEqual(runtime.health(), { live: true, ready: true, reasons: [] })
})

test('the worker id is new for each runtime', async t => {
  const runtimes = await Promise.all([fakeRuntime(t, [['well']]), fakeRuntime(t, [['well']])])
  const [a, b] = runtimes.map(({ runtime }) => runtime.status().workerId)
  assert.notEqual(a, b)
})

test("fault 11: a JVM's death ends its sessions uncheckpointed: their signal aborts, and the next JVM's shard begins", async t => {
  const signals: AbortSignal[] = []
  const { runtime, fakes } = await fakeRuntime(
    t,
    [['shard']],
    {},
    {
      processor: ({ signal }) => {
        signals.push(signal)
        return { processRecords: () => new Promise<void>(resolve => signal.addEventListener('abort', () => resolve())) }
      },
    },
  )
  await runtime.start()
  await until('the handler runs', () => runtime.status().streams[0]?.shards[0]?.state === 'handling processRecords')
  process.kill(runtime.status().streams[0]?.daemon.pid ?? 0, 'SIGKILL')
  await until('the next one begins', () => signals.length === 2)
  assert.equal(signals[0]?.aborted, true)
  assert.equal(signals[1]?.aborted, false)
  assert.deepEqual(
    fakes[0]?.runs()[0]?.heard.filter(({ action }) => action === 'checkpoint'),
    [],
  )
})

test('past its restart limit a stream has failed: the runtime stops with the first reason, the others drained', async t => {
  const { runtime, fakes, alive } = await fakeRuntime(t, [['well', 'exitLater'], ['well']], {
    restartLimit: { max: 1, withinMs: 10_000 },
  })
  await runtime.start()
  killDaemon(runtime, 0)
  const error = await rejection(runtime.closed)
  assert(error instanceof RestartLimitError)
  assert(error.cause instanceof DaemonExitError)
  assert.equal(fakes[0]?.runs().length, 2)
  assert.equal(fakes[1]?.runs()[0]?.exit?.why, 'stopped')
  assert.deepEqual(alive(), [])
  assert.equal(runtime.status().state, 'failed')
  assert.equal(runtime.health().live, false)
  await runtime.stop()
})

test('a stream that the daemon cannot go on with starts again', async t => {
  const { runtime, fakes } = await fakeRuntime(t, [['failLater', 'well']])
  await runtime.start()
  await until('it runs again', () => runsAgain(runtime))
  assert.equal(fakes[0]?.runs().length, 2)
})

test('a shard past its restart limit fails its stream', async t => {
  const { runtime, alive } = await fakeRuntime(
    t,
    [['shard']],
    { shardRestartLimit: 0 },
    {
      processor: () => ({ processRecords: () => Promise.reject(new Error('poison')) }),
    },
  )
  await runtime.start()
  const error = await rejection(runtime.closed)
  assert(error instanceof RestartLimitError)
  assert.equal(error.shardId, 'shardId-000000000000')
  assert.match(error.message, /poison/)
  assert.deepEqual(alive(), [])
})

test('a shard that fails costs neither the JVM nor its stream', async t => {
  const { runtime, fakes } = await fakeRuntime(
    t,
    [['shard']],
    {},
    {
      processor: () => ({ processRecords: () => Promise.reject(new Error('poison')) }),
    },
  )
  await runtime.start()
  await until('it has failed', () => runtime.status().streams[0]?.shards[0]?.failures === 1)
  assert.equal(runtime.status().streams[0]?.restarts, 0)
  assert.equal(fakes[0]?.alive().length, 1)
  const heard = fakes.flatMap(each => each.runs()).flatMap(run => run.heard)
  assert(!heard.some(({ responseFor }) => responseFor === 'processRecords'))
})

test('streams share one JVM where asked: one pid; its death restarts both; a stop ends both', async t => {
  const { runtime, fakes, alive } = await fakeRuntime(t, [['well'], ['well']], { sharedDaemon: true })
  await runtime.start()
  const pids = (): (number | null)[] => runtime.status().streams.map(({ daemon }) => daemon.pid)
  const [pid] = pids()
  assert.deepEqual(pids(), [pid, pid])
  assert.deepEqual(alive(), [pid])
  process.kill(pid ?? 0, 'SIGKILL')
  await until('both run again', () =>
    runtime.status().streams.every(({ state, restarts }) => state === 'running' && restarts === 1),
  )
  const [next] = pids()
  assert.notEqual(next, pid)
  assert.deepEqual(pids(), [next, next])
  assert.equal(new Set(workerIds(fakes[0])).size, 1)
  await runtime.stop()
  assert.deepEqual(alive(), [])
  assert.equal(fakes[0]?.runs().length, 2)
})

test('with a stock daemon a failed session ends the daemon at once, and another one starts', async t => {
  const { runtime, fakes } = await fakeRuntime(
    t,
    [['shard', 'well']],
    {},
    {
      daemon: 'stock',
      classpath: '/nowhere.jar',
      processor: () => Promise.reject(new Error('no cache')),
    },
  )
  await runtime.start()
  await until('another runs', () => runsAgain(runtime))
  const [old] = fakes[0]?.runs() ?? []
  assert(old !== undefined)
  assert.equal(old.exit, null)
  assert.deepEqual(old.heard, [])
  assert.equal(fakes[0]?.alive().length, 1)
})

test("a stock daemon's properties file holds the stop's deadline as its grace, and no token", async t => {
  const { runtime, fakes } = await fakeRuntime(
    t,
    [['shard']],
    { stopDeadlineMs: 4_321 },
    {
      daemon: 'stock',
      classpath: '/nowhere.jar',
    },
  )
  await runtime.start()
  await until('its shard was answered', () => (fakes[0]?.runs()[0]?.heard.length ?? 0) >= 2)
  const { properties, heard } = fakes[0]?.runs()[0] ?? {}
  assert.match(String(properties), /^shutdownGraceMillis *[=:] *4321$/m)
  assert.doesNotMatch(String(properties), /[0-9a-f]{64}/)
  assert.deepEqual(
    heard?.map(({ responseFor }) => responseFor),
    ['initialize', 'processRecords'],
  )
  await runtime.stop()
  assert.equal(fakes[0]?.runs()[0]?.exit?.why, 'drained')
})

test('a stock daemon that cannot ask its shards to stop: they finish with their checkpoint, and it is killed', async t => {
  const begun = deferred<void>()
  const work = deferred<void>()
  const fakes = await FakeDaemons.create(t)
  const logger = new RecordingLogger()
  const stream = stockItems(fakes, () => ({
    async processRecords(_, checkpointer) {
      begun.resolve()
      await work.promise
      await checkpointer.checkpoint()
    },
  }))
  const runtime = createRuntime({ streams: [stream], logger, stopDeadlineMs: 5_000 })
  t.after(() => runtime.stop().catch(() => {}))
  await runtime.start()
  await begun.promise
  const stopped = runtime.stop()
  await turns()
  assert.equal(fakes.alive().length, 1)
  work.resolve()
  await stopped
  const [run] = fakes.runs()
  assert(run !== undefined)
  // The status that follows may or may not be read before the kill.
  const heard = run.heard.map(({ action, responseFor }) => responseFor ?? action)
  assert.deepEqual(heard.slice(0, 2), ['initialize', 'checkpoint'])
  assert.equal(run.exit, null)
  assert.deepEqual(fakes.alive(), [])
})

test('a stock shard that fails while the stream stops ends the daemon at once, and is the reason', async t => {
  const begun = deferred<void>()
  const work = deferred<void>()
  const fakes = await FakeDaemons.create(t)
  const stream = stockItems(fakes, () => ({
    async processRecords() {
      begun.resolve()
      await work.promise
    },
  }))
  const runtime = createRuntime({ streams: [stream], logger: new RecordingLogger(), stopDeadlineMs: 60_000 })
  t.after(() => runtime.stop().catch(() => {}))
  await runtime.start()
  await begun.promise
  const stopped = rejection(runtime.stop())
  work.reject(new Error('the flush failed'))
  assert.match((await stopped).message, /the flush failed/)
  assert.deepEqual(fakes.alive(), [])
})
