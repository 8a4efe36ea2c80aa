import assert from 'node:assert/strict'
import { test } from 'node:test'
import { RestartLimitError, ThreadExitError } from '../../src/errors.ts'
import type { Runtime } from '../../src/runtime/create-runtime.ts'
import { deeds, threadedRuntime } from '../support/threaded-runtime.ts'
import { rejection, until } from '../support/turns.ts'

/** Whether a stream runs after one restart, in threads that run. */
function runsAgain(runtime: Runtime, place = 0): boolean {
  const { streams, threads } = runtime.status()
  const stream = streams[place]
  return stream?.state === 'running' && stream.restarts === 1 && threads.every(({ state }) => state === 'running')
}

for (const [deed, words] of [
  ['throwLater', /^Thread 1 ended by an uncaught TypeError: boom\.$/],
  ['rejectLater', /^Thread 1 ended by an uncaught Error: nobody looks\.$/],
  ['exit', /^Thread 1 ended with code 7: process\.exit\(\) was called in it\.$/],
  ['block', /^Thread 1 gave no sign of life for 3000 ms and is ended: a handler blocks its event loop\.$/],
] as const) {
  test(`a thread whose code does '${deed}' is a failed child of the tree: thread, sessions, listeners and daemon start again, and the reason is told`, async t => {
    const { runtime, fakes, logger, begin, of, listeners } = await threadedRuntime(t, { nodeTimeoutMs: 3_000 })
    await runtime.start()
    const survivor = await begin('shard-1', 0)
    const victim = await begin('shard-2', 1)
    const before = listeners()
    victim.say(deeds(deed, 'hold'))
    await until('all of it runs again', () => runsAgain(runtime))
    const { streams, threads } = runtime.status()
    assert.match(String(streams[0]?.lastFailure), words)
    assert.equal(threads[1]?.lastFailure, streams[0]?.lastFailure)
    assert.deepEqual(
      threads.map(({ restarts }) => restarts),
      [0, 1],
    )
    assert.equal(fakes[0]?.runs().length, 2)
    await until('the sessions of the other thread ended too', () => survivor.closed && victim.closed)
    assert.ok(of('shard-1').includes('aborted'))
    assert.deepEqual(new Set([...before, ...listeners()].map(listener => JSON.stringify(listener))).size, 4)
    await begin('shard-1', 0)
    await begin('shard-2', 1)
    const line = logger.lines.find(({ message }) => message.startsWith('the sessions failed and start again'))
    const err = line?.fields['err']
    assert(err instanceof ThreadExitError)
    assert.deepEqual([err.thread, err.exitCode], [1, deed === 'exit' ? 7 : null])
    if (deed === 'throwLater') assert.match(String((err.cause as Error).stack), /recorder\.ts/)
    assert.deepEqual(runtime.health().reasons, [])
  })
}

test('a stream without sessions in a thread that dies goes on: it only listens in the next one', async t => {
  const { runtime, fakes, begin, of, listeners } = await threadedRuntime(t, {}, {}, [['well'], ['well']])
  await runtime.start()
  const victim = await begin('shard-1', 1, 0)
  // The second stream begins at the second thread: its second listener is in the first.
  const other = await begin('shard-2', 1, 1)
  const [dead, alive] = listeners(1)
  victim.say(deeds('exit'))
  await until('the first stream runs again', () => runsAgain(runtime))
  const isNew = () => {
    const [first, second] = listeners(1)
    return second !== undefined && JSON.stringify(first) !== JSON.stringify(dead)
  }
  await until('the second stream listens in the new thread', isNew)
  assert.equal(JSON.stringify(listeners(1)[1]).replace(/"load":\d/, ''), JSON.stringify(alive).replace(/"load":\d/, ''))
  assert.equal(runtime.status().streams[1]?.restarts, 0)
  assert.equal(fakes[1]?.runs().length, 1)
  other.say(deeds('work'))
  await until('its session is undisturbed', () => of('shard-2').includes('settled work'))
  await begin('shard-3', 0, 1)
})

test('past the restart limit the stream has failed, because of its threads, and none of them is left', async t => {
  const { runtime, begin } = await threadedRuntime(t, { restartLimit: { max: 1, withinMs: 60_000 } })
  await runtime.start()
  const closed = rejection(runtime.closed)
  ;(await begin('shard-1')).say(deeds('exit'))
  await until('all of it runs again', () => runsAgain(runtime))
  ;(await begin('shard-1')).say(deeds('exit'))
  const error = await closed
  assert(error instanceof RestartLimitError)
  assert(error.cause instanceof ThreadExitError)
  assert.match(error.message, /app-0 failed too often, the last time by: Thread 0 ended with code 7/)
  assert.ok(runtime.status().threads.every(({ state }) => state === 'stopped'))
})

test('a shard past its restart limit fails its stream, also where its sessions failed in different threads', async t => {
  const { runtime, begin } = await threadedRuntime(t, { shardRestartLimit: 1 })
  await runtime.start()
  const closed = rejection(runtime.closed)
  ;(await begin('shard-1', 0)).say(deeds('fail'))
  await until('it has failed', () => runtime.status().streams[0]?.shards[0]?.failures === 1)
  const again = await begin('shard-1', 1)
  again.say(deeds('fail'))
  const error = await closed
  assert(error instanceof RestartLimitError)
  assert.match(error.message, /shard-1 failed 2 times in a row/)
})

test('a thread that dies while it drains makes the stop fail, with that reason', async t => {
  const { runtime, begin } = await threadedRuntime(t, { stopDeadlineMs: 1_000 }, {}, [['mute']])
  await runtime.start()
  const peer = await begin('shard-1')
  const stopped = rejection(runtime.stop())
  peer.say(deeds('exit'))
  const error = await stopped
  assert(error instanceof ThreadExitError)
  assert.equal(await rejection(runtime.closed), error)
  assert.ok(runtime.status().threads.every(({ state }) => state === 'stopped'))
})
