import assert from 'node:assert/strict'
import { EventEmitter } from 'node:events'
import { type TestContext, test } from 'node:test'
import { kinesisStream } from '../../src/config/define-stream.ts'
import { normalizeStream } from '../../src/config/normalize-stream.ts'
import { ConfigError } from '../../src/errors.ts'
import { moduleProcessor } from '../../src/processors/module-processor.ts'
import type { DaemonKind } from '../../src/runtime/daemon-kind.ts'
import { RecordingLogger } from '../../src/testing/recording-logger.ts'
import { toPlain } from '../../src/threads/plain-error.ts'
import type { ThreadAnswer, ThreadOrder, ThreadReport } from '../../src/threads/thread-messages.ts'
import { ThreadPool } from '../../src/threads/thread-pool.ts'
import { ThreadedHome } from '../../src/threads/threaded-home.ts'
import { recorderUrl } from '../support/recorder-channel.ts'
import { rejection, turns } from '../support/turns.ts'
import { VirtualClock } from '../support/virtual-clock.ts'

/** A thread that does nothing but listen, and that answers at once. */
class PlayedThread extends EventEmitter {
  /** Where it listens. */
  path: string | null = null
  listens: (path: string) => ThreadAnswer = path => {
    this.path = path
    return { kind: 'listening', address: { path } }
  }

  /** The first sign of life. */
  lives(): void {
    this.#says({ kind: 'statuses', statuses: [] })
  }

  postMessage(order: ThreadOrder): void {
    if (!('request' in order)) return
    const answer = this.#answerTo(order)
    queueMicrotask(() => {
      this.#says({ kind: 'answered', request: order.request, answer })
    })
  }

  async terminate(): Promise<void> {
    this.emit('exit', 1)
  }

  #answerTo(order: Extract<ThreadOrder, { request: number }>): ThreadAnswer {
    if (order.kind === 'listen') return this.listens(order.at === 'tcp' ? '' : order.at.path)
    if (order.kind === 'closeListener') this.path = null
    return { kind: 'done' }
  }

  #says(report: ThreadReport): void {
    this.emit('message', report)
  }
}

/** A stream's home in `count` played threads; the test says when they begin to live. */
function homeOf(t: TestContext, count: number) {
  const clock = new VirtualClock(t)
  const threads: PlayedThread[] = []
  const logger = new RecordingLogger()
  const boot = (): PlayedThread => {
    const thread = new PlayedThread()
    threads.push(thread)
    return thread
  }
  const pool = new ThreadPool({ count, nodeTimeoutMs: 30_000, logger, boot })
  t.after(() => pool.end())
  const definition = kinesisStream({
    streamName: 'clicks',
    applicationName: 'clicks-cache',
    region: 'eu-west-1',
    processor: moduleProcessor(recorderUrl),
  })
  let paths = 0
  const home = new ThreadedHome(
    {
      stream: normalizeStream(definition, {}),
      kind: { listenAt: () => ({ path: `/run/${++paths}.sock` }) } as unknown as DaemonKind,
      logger,
      settings: {
        transport: 'unix',
        handshakeTimeoutMs: 1_000,
        handlerWaitMs: 1_000,
        checkpointTimeoutMs: 1_000,
        shardRestartLimit: 3,
      },
      onFailure: () => {},
      onDisconnect: () => {},
    },
    { pool, place: 0, token: 'secret', limits: {} },
  )
  const listen = () => home.listen(new AbortController().signal)
  return { clock, threads, pool, home, listen }
}

/** Where the daemon is sent to. */
const pathsOf = ({ loads }: Awaited<ReturnType<ThreadedHome['listen']>>): string[] =>
  loads.current().map(address => ('path' in address ? address.path : ''))

test('a thread that is made anew while the listeners start again listens where the daemon is sent to', async t => {
  const { clock, threads, listen } = homeOf(t, 1)
  const starting = listen()
  await turns()
  threads[0]?.lives()
  const before = await starting
  assert.deepEqual(pathsOf(before), [threads[0]?.path])
  threads[0]?.emit('exit', 1)
  await clock.pass(100)
  assert.equal(threads.length, 2, 'the next thread boots')
  await before.terminate()
  const again = listen()
  await turns()
  threads[1]?.lives()
  const after = await again
  await turns()
  assert.deepEqual(pathsOf(after), [threads[1]?.path])
})

test('listeners that could not all start are not mended any more', async t => {
  const { clock, threads, listen } = homeOf(t, 2)
  const starting = rejection(listen())
  await turns()
  const [bad, good] = threads as [PlayedThread, PlayedThread]
  bad.listens = () => ({ kind: 'failed', error: toPlain(new ConfigError('no space')) })
  good.lives()
  await turns()
  bad.lives()
  assert.match((await starting).message, /no space/)
  good.emit('exit', 1)
  await clock.pass(60_000)
  assert.equal(threads.length, 2)
})
