import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import type { DaemonStream } from '../../src/config/to-properties.ts'
import { DaemonHost } from '../../src/daemon/daemon-host.ts'
import { EmbeddedDaemon } from '../../src/daemon/embedded-daemon.ts'
import { onlyListener } from '../../src/daemon/listener-loads.ts'
import { DaemonExitError, ProtocolError, StreamFailedError, TimeoutError } from '../../src/errors.ts'
import { RecordingLogger } from '../../src/testing/recording-logger.ts'
import { FakeDaemons, type FakeMode, isAlive } from '../support/fake-daemons.ts'
import { rejection, until } from '../support/turns.ts'
import { VirtualClock } from '../support/virtual-clock.ts'

const never = new AbortController().signal
const listener = { path: '/nowhere/listener.sock' }
const stream = (name: string): DaemonStream => ({ name, type: 'kinesis', properties: {}, fastStart: false })

/** A host whose nth JVM behaves as the nth mode. */
async function hostOf(t: TestContext, modes: FakeMode[], options: { startTimeoutMs?: number } = {}) {
  const fakes = await FakeDaemons.create(t)
  const logger = new RecordingLogger()
  const daemons: EmbeddedDaemon[] = []
  const host = new DaemonHost(() => {
    const daemon = new EmbeddedDaemon({
      command: fakes.command(...modes),
      token: 'the-token',
      nodeTimeoutMs: 30_000,
      startTimeoutMs: 10_000,
      logLevels: { 'a.b': 'WARN' },
      logger,
      ...options,
    })
    daemons.push(daemon)
    return daemon
  })
  const start = (name = 'clicks-cache', signal: AbortSignal = never) =>
    host.host(stream(name), onlyListener(listener), signal)
  return { fakes, logger, daemons, start }
}

test('a stream runs when the daemon says so; a stop drains it and ends with the JVM gone', async t => {
  const { fakes, start } = await hostOf(t, ['well'])
  const daemon = await start()
  assert.deepEqual(fakes.alive(), [daemon.pid])
  await daemon.stop(5_000)
  const [run] = fakes.runs()
  assert.equal(run?.exit?.why, 'stopped')
  assert.deepEqual(fakes.alive(), [])
  assert.deepEqual(
    run.orders.map(({ type }) => type),
    ['start', 'listeners', 'startStream', 'stop'],
  )
  const [first, second] = run.orders
  assert.deepEqual(first, {
    type: 'start',
    version: 1,
    token: 'the-token',
    nodeTimeoutMs: 30_000,
    listeners: [],
    streams: [],
    logLevels: { 'a.b': 'WARN' },
  })
  assert.deepEqual(second, { type: 'listeners', listeners: [{ ...listener, load: 0, stream: 'clicks-cache' }] })
})

test('the token is on the standard input only: in no argument, no environment, no log', async t => {
  const { fakes, logger, start } = await hostOf(t, ['well'])
  const daemon = await start()
  const [run] = fakes.runs()
  assert(run !== undefined)
  assert(![...run.args, ...run.env].some(text => text.includes('the-token')))
  await daemon.stop(5_000)
  assert(!logger.text.includes('the-token'))
})

test('the daemon is in a process group of its own, which Ctrl-C does not reach', async t => {
  const { start } = await hostOf(t, ['well'])
  const { pid, stop } = await start()
  assert(pid !== undefined)
  assert.equal(process.kill(-pid, 0), true)
  await stop(5_000)
})

test('a daemon that exits before its stream runs is told with its code and its last lines', async t => {
  const { fakes, start } = await hostOf(t, ['exitAtOnce'])
  const error = await rejection(start())
  assert(error instanceof DaemonExitError)
  assert.equal(error.exitCode, 1)
  assert.match(error.message, /no credentials/)
  assert.match(error.lastLines.join('\n'), /no credentials/)
  assert.deepEqual(fakes.alive(), [])
})

test('a stream that fails at its start is told by the daemon in words, and the JVM ends', async t => {
  const { fakes, start } = await hostOf(t, ['streamFailed'])
  const error = await rejection(start())
  assert(error instanceof StreamFailedError)
  assert.match(error.message, /clicks-cache cannot be processed: Stream clicks not found \(ResourceNotFoundException\)/)
  assert.equal(error.stream, 'clicks-cache')
  assert.deepEqual(fakes.alive(), [])
})

for (const mode of ['silent', 'slowStart'] as const) {
  test(`a daemon that is ${mode} is killed at the deadline of the start`, async t => {
    const { fakes, start } = await hostOf(t, [mode], { startTimeoutMs: 300 })
    const error = await rejection(start())
    assert(error instanceof TimeoutError)
    assert.match(error.message, /clicks-cache within 300 ms/)
    assert.deepEqual(fakes.alive(), [])
  })
}

test('a daemon of another version is refused', async t => {
  const { fakes, start } = await hostOf(t, ['wrongVersion'])
  const error = await rejection(start())
  assert(error instanceof ProtocolError)
  assert.match(error.message, /version 2, this library version 1/)
  assert.deepEqual(fakes.alive(), [])
})

test('a start that is called off ends the JVM', async t => {
  const { fakes, start } = await hostOf(t, ['slowStart'])
  const calling = new AbortController()
  const started = rejection(start('clicks-cache', calling.signal))
  await until('it runs', () => fakes.runs()[0]?.orders.at(-1)?.type === 'startStream')
  calling.abort(new Error('stopping'))
  assert.equal((await started).message, 'stopping')
  assert.deepEqual(fakes.alive(), [])
  assert.equal(fakes.runs()[0]?.exit?.code, 4)
})

test('a daemon that ends by itself says why', async t => {
  const { fakes, start } = await hostOf(t, ['exitLater'])
  const daemon = await start()
  const error = await daemon.failed
  assert(error instanceof DaemonExitError)
  assert.equal(error.message, 'The daemon ended with code 1: a fault of the daemon')
  assert.deepEqual(fakes.alive(), [])
})

test('a daemon that is killed is told by its signal', async t => {
  const { start } = await hostOf(t, ['well'])
  const daemon = await start()
  process.kill(daemon.pid ?? 0, 'SIGKILL')
  const error = await daemon.failed
  assert(error instanceof DaemonExitError)
  assert.equal(error.signal, 'SIGKILL')
  assert.match(error.message, /by SIGKILL/)
})

test('garbage on its standard output ends the daemon, with an excerpt', async t => {
  const { fakes, start } = await hostOf(t, ['garbage'])
  const daemon = await start()
  const error = await daemon.failed
  assert(error instanceof ProtocolError)
  assert.match(error.message, /Exception in thread/)
  assert.deepEqual(fakes.alive(), [])
})

test('a stream that fails while it runs says so, and its JVM is ended by the caller', async t => {
  const { fakes, start } = await hostOf(t, ['failLater'])
  const daemon = await start()
  assert((await daemon.failed) instanceof StreamFailedError)
  await daemon.kill()
  assert.deepEqual(fakes.alive(), [])
})

test('a daemon that is mute at the stop is killed after the deadline, and the stop says so', async t => {
  const { fakes, start } = await hostOf(t, ['mute'])
  const daemon = await start()
  const error = await rejection(daemon.stop(50))
  assert(error instanceof TimeoutError)
  assert.match(error.message, /Not every shard of clicks-cache was drained within 50 ms/)
  assert.deepEqual(fakes.alive(), [])
})

test('a daemon that could not drain in time is believed', async t => {
  const { fakes, start } = await hostOf(t, ['notDrained'])
  const daemon = await start()
  assert((await rejection(daemon.stop(5_000))) instanceof TimeoutError)
  assert.equal(fakes.runs()[0]?.exit?.code, 3)
})

test('a daemon that fails while it stops is no passed deadline', async t => {
  const { start } = await hostOf(t, ['faultAtStop'])
  const daemon = await start()
  const error = await rejection(daemon.stop(5_000))
  assert(error instanceof DaemonExitError)
  assert.match(error.message, /ended with code 1: a fault of the daemon/)
})

test('Node pings the daemon every 2 s, as long as it lives', async t => {
  const clock = new VirtualClock(t)
  const { fakes, start } = await hostOf(t, ['well'])
  const daemon = await start()
  const pings = (): number => fakes.runs()[0]?.orders.filter(({ type }) => type === 'ping').length ?? 0
  await clock.pass(1_999)
  assert.equal(pings(), 0)
  await clock.pass(1)
  await until('a ping came', () => pings() === 1)
  await clock.pass(6_000)
  await until('three more came', () => pings() === 4)
  await daemon.stop(5_000)
  assert.equal(clock.waiting, 0)
})

test("the JVM's log comes out by level", async t => {
  const { logger, start } = await hostOf(t, ['well'])
  const daemon = await start()
  await until('its log came', () => logger.messages('warn').includes('a warning'))
  assert.match(logger.messages('info').join('\n'), /the daemon is ready/)
  await daemon.stop(5_000)
  assert.match(logger.messages('info').join('\n'), /the daemon exits/)
})

test('a replacement starts only after the exit of the old JVM was seen', async t => {
  const { fakes, start } = await hostOf(t, ['exitLater', 'well'])
  const first = await start()
  await first.failed
  const killed = first.kill()
  const second = await start()
  await killed
  const [old, next] = fakes.runs()
  assert.notEqual(second.pid, first.pid)
  assert.equal((old?.exit?.at ?? Number.POSITIVE_INFINITY) <= (next?.startedAt ?? 0), true)
  await second.stop(5_000)
})

test('one that was asked to leave is waited for before the next starts', async t => {
  const { fakes, start } = await hostOf(t, ['well'])
  const first = await start()
  const left = first.kill()
  const second = await start()
  await left
  assert.equal(isAlive(first.pid ?? 0), false)
  const [old, next] = fakes.runs()
  assert.equal((old?.exit?.at ?? Number.POSITIVE_INFINITY) <= (next?.startedAt ?? 0), true)
  await second.stop(5_000)
})

test('streams that share a JVM have one pid; the last that stops ends it', async t => {
  const { fakes, start } = await hostOf(t, ['well'])
  const [a, b] = await Promise.all([start('a'), start('b')])
  assert.equal(a.pid, b.pid)
  await a.stop(5_000)
  assert.deepEqual(fakes.alive(), [b.pid])
  await b.stop(5_000)
  assert.deepEqual(fakes.alive(), [])
  const types = fakes.runs()[0]?.orders.map(({ type }) => type)
  assert.deepEqual(types?.slice(-2), ['stopStream', 'stop'])
})

test('streams that share a JVM stop together', async t => {
  const { fakes, start } = await hostOf(t, ['well'])
  await Promise.all((await Promise.all([start('a'), start('b')])).map(daemon => daemon.stop(5_000)))
  assert.deepEqual(fakes.alive(), [])
})

test('streams that share a JVM may all be killed together', async t => {
  const { fakes, start } = await hostOf(t, ['well'])
  await Promise.all((await Promise.all([start('a'), start('b')])).map(daemon => daemon.kill()))
  assert.deepEqual(fakes.alive(), [])
})

test('the death of a shared JVM fails each of its streams', async t => {
  const { start } = await hostOf(t, ['well'])
  const [a, b] = await Promise.all([start('a'), start('b')])
  process.kill(a.pid ?? 0, 'SIGKILL')
  const errors = await Promise.all([a.failed, b.failed])
  assert(errors.every(error => error instanceof DaemonExitError))
})

test('a stream that leaves a shared JVM may come back to it, and its stop is its own', async t => {
  const { fakes, start } = await hostOf(t, ['well'])
  const [a, b] = await Promise.all([start('a'), start('b')])
  await a.kill()
  const again = await start('a')
  assert.equal(again.pid, b.pid)
  const stopped = again.stop(5_000)
  await b.stop(5_000)
  await stopped
  const types = fakes
    .runs()[0]
    ?.orders.map(order =>
      'stream' in order && typeof order.stream === 'string' ? `${order.type} ${order.stream}` : order.type,
    )
  assert.deepEqual(types?.slice(-4), ['listeners', 'startStream', 'stopStream a', 'stop'])
})

test('stopping what was killed already does nothing', async t => {
  const { start } = await hostOf(t, ['well'])
  const daemon = await start()
  await daemon.kill()
  await daemon.stop(5_000)
  assert.equal(isAlive(daemon.pid ?? 0), false)
})
