import assert from 'node:assert/strict'
import { EventEmitter } from 'node:events'
import { type TestContext, test } from 'node:test'
import { ThreadExitError, TimeoutError } from '../../src/errors.ts'
import { RecordingLogger } from '../../src/testing/recording-logger.ts'
import { Thread } from '../../src/threads/thread.ts'
import type { ThreadOrder, ThreadReport } from '../../src/threads/thread-messages.ts'
import { isPending, rejection, turns } from '../support/turns.ts'
import { VirtualClock } from '../support/virtual-clock.ts'

/** A thread that is played by the test. */
class PlayedThread extends EventEmitter {
  readonly orders: ThreadOrder[] = []
  terminated = 0

  postMessage(order: ThreadOrder): void {
    this.orders.push(order)
  }

  async terminate(): Promise<void> {
    this.terminated++
    this.emit('exit', 1)
  }

  says(report: ThreadReport): void {
    this.emit('message', report)
  }
}

const sign: ThreadReport = { kind: 'statuses', statuses: [] }

function threadOf(t: TestContext) {
  const clock = new VirtualClock(t)
  t.mock.method(performance, 'now', () => Date.now())
  const played = new PlayedThread()
  const logger = new RecordingLogger()
  const thread = new Thread({ index: 3, boot: () => played, nodeTimeoutMs: 30_000, logger, onSessions: () => {} })
  return { clock, played, logger, thread }
}

test('a thread that gives signs of life goes on', async t => {
  const { clock, played, thread } = threadOf(t)
  assert.equal(await isPending(thread.alive), true)
  played.says(sign)
  await thread.alive
  for (let n = 0; n < 10; n++) {
    await clock.pass(20_000)
    played.says(sign)
  }
  assert.equal(played.terminated, 0)
  assert.equal(await isPending(thread.failed), true)
})

test('one that is silent for too long is ended, with the reason', async t => {
  const { clock, played, thread } = threadOf(t)
  played.says(sign)
  await clock.pass(29_000)
  assert.equal(thread.silentMs, 27_000 + 2_000)
  assert.equal(played.terminated, 0)
  await clock.pass(3_000)
  assert.equal(played.terminated, 1)
  assert.match((await thread.failed).message, /^Thread 3 gave no sign of life for 30000 ms/)
  await thread.exited
  assert.equal(thread.silentMs, null)
  assert.equal(clock.waiting, 0)
})

test('where this thread itself was blocked, the others are not blamed for what it could not hear', async t => {
  const { clock, played, thread } = threadOf(t)
  played.says(sign)
  await clock.pass(3_000)
  const { now } = Date
  Date.now = () => now() + 60_000
  await clock.pass(3_000)
  assert.equal(played.terminated, 0)
  await clock.pass(60_000)
  assert.equal(played.terminated, 1)
  assert.ok((await thread.failed) instanceof ThreadExitError)
})

test('what it is asked is answered by number, fails with what failed there, and with the thread', async t => {
  const { played, thread } = threadOf(t)
  const [first, second, third] = [1, 2, 3].map(n => thread.ask({ kind: 'closeListener', stream: `stream-${n}` }))
  const numbers = played.orders.map(order => ('request' in order ? order.request : 0))
  const error = {
    name: 'Error',
    message: 'no',
    stack: '',
    code: undefined,
    isTsmld: false,
    fields: {},
    cause: undefined,
  }
  played.says({ kind: 'answered', request: numbers[1] ?? 0, answer: { kind: 'failed', error } })
  played.says({ kind: 'answered', request: numbers[0] ?? 0, answer: { kind: 'done' } })
  assert.deepEqual(await first, { kind: 'done' })
  assert.equal((await rejection(second as Promise<unknown>)).message, 'no')
  played.emit('error', new TypeError('boom'))
  const why = await rejection(third as Promise<unknown>)
  assert(why instanceof ThreadExitError)
  assert.equal(await rejection(thread.ask({ kind: 'closeListener', stream: 's' })), why)
})

test('one that was ended on purpose has not failed', async t => {
  const { clock, played, thread } = threadOf(t)
  played.says(sign)
  const asked = rejection(thread.ask({ kind: 'closeListener', stream: 's' }))
  await thread.terminate()
  assert.ok((await asked) instanceof TimeoutError)
  assert.equal(await isPending(thread.failed), true)
  await clock.pass(60_000)
  assert.equal(played.terminated, 1)
})

test("what the user's code says over the port of its thread is passed over", async t => {
  const { played, thread, logger } = threadOf(t)
  for (const report of [{ hello: 'there' }, 'text', null, 7]) played.says(report as unknown as ThreadReport)
  played.says(sign)
  await turns()
  assert.equal(thread.isOver, false)
  assert.deepEqual(logger.lines, [])
})
