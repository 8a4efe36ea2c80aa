import assert from 'node:assert/strict'
import { test } from 'node:test'
import { deeds, threadedRuntime } from '../support/threaded-runtime.ts'
import { until } from '../support/turns.ts'

const stallTimeoutMs = 1_000

test('fault 14: a handler in a thread is seen from the main one, and so is one that blocks its thread', async t => {
  const { runtime, logger, begin, goOn, of } = await threadedRuntime(t, { defaults: { stallTimeoutMs } })
  await runtime.start()
  const holding = await begin('shard-1', 0)
  const blocking = await begin('shard-2', 1)
  holding.say(deeds('hold'))
  blocking.say(deeds('block'))
  const stalled = (shard: string) =>
    logger.lines.find(({ message }) => message.startsWith(`a handler stalls: app-0 ${shard} `))
  await until('both are told', () => stalled('shard-1') !== undefined && stalled('shard-2') !== undefined)
  assert.deepEqual([stalled('shard-1')?.fields['thread'], stalled('shard-2')?.fields['thread']], [0, 1])
  assert.ok(runtime.status().streams[0]?.shards.every(({ stalledMs }) => (stalledMs ?? 0) >= stallTimeoutMs))
  goOn('shard-1')
  await until('it goes on', () => of('shard-1').includes('settled hold'))
  await until('that is told', () => logger.messages('warn').includes('the stall is over: the handler goes on'))
})

test('fault 14: restartStream also frees a stream from a thread that is blocked, which ends after nodeTimeoutMs', async t => {
  const { runtime, begin } = await threadedRuntime(
    t,
    { nodeTimeoutMs: 3_000 },
    { stallTimeoutMs, onStall: 'restartStream' },
  )
  await runtime.start()
  const peer = await begin('shard-1', 1)
  peer.say(deeds('block'))
  await until('it restarts', () => runtime.status().streams[0]?.restarts === 1)
  assert.match(runtime.status().streams[0]?.lastFailure ?? '', /shard-1 .*has made no progress/)
  await until('all of it runs again', () => {
    const { streams, threads } = runtime.status()
    return streams[0]?.state === 'running' && threads.every(({ state }) => state === 'running')
  })
  await begin('shard-1', 1)
})
