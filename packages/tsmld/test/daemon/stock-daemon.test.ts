import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { type StockDaemonOptions, startStockDaemon } from '../../src/daemon/stock-daemon.ts'
import { deferred } from '../../src/deferred.ts'
import { DaemonExitError, TimeoutError } from '../../src/errors.ts'
import { RecordingLogger } from '../../src/testing/recording-logger.ts'
import { FakeDaemons, type FakeMode, isAlive } from '../support/fake-daemons.ts'
import { rejection, until } from '../support/turns.ts'

async function stock(t: TestContext, mode: FakeMode, options: Partial<StockDaemonOptions> = {}) {
  const fakes = await FakeDaemons.create(t)
  const command = { ...fakes.command(mode), args: ['io.tsmld.stock.Launcher', 'Main', '/dev/null'] }
  const logger = new RecordingLogger()
  const start = () =>
    startStockDaemon({
      command,
      startTimeoutMs: 10_000,
      logger,
      signal: new AbortController().signal,
      drain: 'sigterm',
      ...options,
    })
  return { fakes, logger, start }
}

test('it runs when its log says that the worker loop begins, and SIGTERM drains it', async t => {
  const { fakes, start } = await stock(t, 'well')
  const daemon = await start()
  assert.deepEqual(fakes.alive(), [daemon.pid])
  await daemon.stop(5_000)
  assert.equal(fakes.runs()[0]?.exit?.why, 'drained')
  assert.deepEqual(fakes.alive(), [])
})

test('one that goes on beyond the deadline and the grace is killed, and the stop says so', async t => {
  const { fakes, start } = await stock(t, 'mute')
  const daemon = await start()
  const error = await rejection(daemon.stop(0))
  assert(error instanceof TimeoutError)
  assert.deepEqual(fakes.alive(), [])
})

test('where SIGTERM drains nothing, the sessions finish first and then it is killed', async t => {
  const finished = deferred<void>()
  let asked = false
  const drain = (): Promise<void> => {
    asked = true
    return finished.promise
  }
  const { fakes, start } = await stock(t, 'well', { drain })
  const daemon = await start()
  const stopped = daemon.stop(5_000)
  await until('the sessions were asked', () => asked)
  assert.deepEqual(fakes.alive(), [daemon.pid])
  finished.resolve()
  await stopped
  assert.deepEqual(fakes.alive(), [])
  assert.equal(fakes.runs()[0]?.exit, null)
})

test('where the sessions do not finish in time, it is killed at the deadline, and the stop says so', async t => {
  const { fakes, start } = await stock(t, 'well', { drain: () => new Promise(() => {}) })
  const daemon = await start()
  assert((await rejection(daemon.stop(20))) instanceof TimeoutError)
  assert.deepEqual(fakes.alive(), [])
})

test('one that ends by itself says how', async t => {
  const { start } = await stock(t, 'exitLater')
  const daemon = await start()
  const error = await daemon.failed
  assert(error instanceof DaemonExitError)
  assert.equal(error.exitCode, 1)
  assert.match(error.message, /MultiLangDaemon ended with code 1/)
})

test('one that exits, or says nothing, before it runs fails the start', async t => {
  const fakes = await FakeDaemons.create(t)
  // The embedded fakes do not say a stock daemon's words.
  for (const [mode, kind, startTimeoutMs] of [
    ['silent', TimeoutError, 300],
    ['exitAtOnce', DaemonExitError, 10_000],
  ] as const) {
    const command = fakes.command(mode)
    const exits = mode === 'exitAtOnce' ? { ...command, args: ['-version'] } : command
    const started = startStockDaemon({
      command: exits,
      startTimeoutMs,
      logger: new RecordingLogger(),
      signal: new AbortController().signal,
      drain: 'sigterm',
    })
    assert((await rejection(started)) instanceof kind)
  }
  assert.deepEqual(fakes.alive(), [])
})

test('a start that is called off ends it', async t => {
  const calling = new AbortController()
  const fakes = await FakeDaemons.create(t)
  const started = rejection(
    startStockDaemon({
      command: fakes.command('silent'),
      startTimeoutMs: 10_000,
      logger: new RecordingLogger(),
      signal: calling.signal,
      drain: 'sigterm',
    }),
  )
  await until('it runs', () => fakes.runs().length === 1)
  const reason = new TimeoutError('The stream is stopping.')
  calling.abort(reason)
  assert.equal(await started, reason)
  assert.deepEqual(fakes.alive(), [])
})

test('a start that was called off before it began starts nothing', async t => {
  const reason = new TimeoutError('The stream is stopping.')
  const { fakes, start } = await stock(t, 'well', { signal: AbortSignal.abort(reason) })
  assert.equal(await rejection(start()), reason)
  assert.deepEqual(fakes.runs(), [])
})

test('killed, it is gone at once, and that is no failure', async t => {
  const { start } = await stock(t, 'mute')
  const daemon = await start()
  let failed = false
  void daemon.failed.then(() => {
    failed = true
  })
  await daemon.kill()
  assert.equal(isAlive(daemon.pid ?? 0), false)
  assert.equal(failed, false)
})
