import assert from 'node:assert/strict'
import { test } from 'node:test'
import { deeds, threadedRuntime } from '../support/threaded-runtime.ts'
import { turns, until } from '../support/turns.ts'
import { initialize } from '../support/wire-records.ts'

test("a shard that comes back to another thread begins there only when its older session's handler has settled in the first", async t => {
  const { runtime, open, begin, of, goOn, told } = await threadedRuntime(t)
  await runtime.start()
  const older = await begin('shard-1', 0)
  older.say(deeds('work', 'hold'))
  await until('its handler runs', () => of('shard-1').includes('began hold'))
  const newer = await open({ at: 1, shardId: 'shard-1' })
  newer.say(initialize('shard-1'))
  await until('the older one is aborted', () => of('shard-1').includes('aborted'))
  await turns(50)
  assert.deepEqual(newer.heard(), [])
  goOn('shard-1')
  await until('its handler has settled', () => of('shard-1').includes('settled hold'))
  older.say({ kind: 'leaseLost' })
  await until('the newer one begins', () => newer.heard().includes('status initialize'))
  assert.deepEqual(of('shard-1'), [
    'made',
    'began work',
    'settled work',
    'began hold',
    'aborted',
    'settled hold',
    'lost',
    'made',
  ])
  assert.notEqual(told[0]?.thread, told.at(-1)?.thread)
  newer.say(deeds('work'))
  await until('its counts go on', () => runtime.status().streams[0]?.shards[0]?.records === 3)
  assert.equal(runtime.status().streams[0]?.shards[0]?.thread, 1)
})

for (const deed of ['hold', 'block']) {
  test(`fault 16: a newer session fails where the older one's handler does '${deed}' in another thread past the deadline: the two never overlap`, async t => {
    const { runtime, open, begin, of } = await threadedRuntime(t, { handlerWaitMs: 50 })
    await runtime.start()
    const older = await begin('shard-1', 0)
    older.say(deeds(deed))
    await until('its handler runs', () => of('shard-1').includes(`began ${deed}`))
    const newer = await open({ at: 1, shardId: 'shard-1' })
    newer.say(initialize('shard-1'))
    await until('the newer one has failed', () => newer.closed)
    assert.deepEqual(newer.heard(), [])
    assert.equal(of('shard-1').filter(what => what === 'made').length, 1)
    // Its thread closes the connection before the main one is told why.
    const lastFailure = () => runtime.status().streams[0]?.shards[0]?.lastFailure ?? null
    await until('its failure is told', () => lastFailure() !== null)
    assert.match(String(lastFailure()), /earlier handler of shard-1 still runs after 50 ms/)
  })
}

test('a handler that ended with its thread holds no newer session back', async t => {
  const { runtime, open, begin, of } = await threadedRuntime(t, { handlerWaitMs: 60_000 })
  await runtime.start()
  const older = await begin('shard-1', 0)
  older.say(deeds('hold'))
  await until('its handler runs', () => of('shard-1').includes('began hold'))
  ;(await begin('shard-2', 0)).say(deeds('exit'))
  await until(
    'its tree runs again',
    () => runtime.status().streams[0]?.restarts === 1 && runtime.status().streams[0]?.state === 'running',
  )
  const newer = await open({ at: 1, shardId: 'shard-1' })
  newer.say(initialize('shard-1'))
  await until('the newer one begins', () => newer.heard().includes('status initialize'))
})

test('fault 16: one lease opens one session, in whichever threads it is tried', async t => {
  const { runtime, open, of, logger } = await threadedRuntime(t)
  await runtime.start()
  const first = await open({ at: 0, shardId: 'shard-1', leaseId: 'lease-x' })
  first.say(initialize('shard-1'))
  await until('it begins', () => first.heard().includes('status initialize'))
  for (const at of [0, 1]) {
    const again = await open({ at, shardId: 'shard-1', leaseId: 'lease-x' })
    again.say(initialize('shard-1'))
    await until('it is refused', () => again.closed)
  }
  assert.deepEqual(of('shard-1'), ['made'])
  const refused = logger.lines.filter(({ message }) => message === 'a connection was refused')
  assert.deepEqual(
    refused.map(({ fields }) => [fields['thread'], fields['reason']]),
    [
      [0, 'this lease has had its session'],
      [1, 'this lease has had its session'],
    ],
  )
})

test('a hello that a blocked thread hears late does not abort the newer session in another', async t => {
  const { runtime, open, of } = await threadedRuntime(t)
  await runtime.start()
  const newer = await open({ at: 1, shardId: 'shard-1', openedAt: 2_000 })
  newer.say(initialize('shard-1'))
  await until('the newer one begins', () => newer.heard().includes('status initialize'))
  const late = await open({ at: 0, shardId: 'shard-1', openedAt: 1_000 })
  late.say(initialize('shard-1'))
  await until('the late one is refused', () => late.closed)
  newer.say(deeds('work'))
  await until('the newer one goes on', () => of('shard-1').includes('settled work'))
  assert.deepEqual(of('shard-1'), ['made', 'began work', 'settled work'])
})

test('a shard that failed in one thread waits before it begins in another', async t => {
  const { runtime, begin, of, logger } = await threadedRuntime(t)
  await runtime.start()
  ;(await begin('shard-1', 0)).say(deeds('fail'))
  await until('it has failed', () => runtime.status().streams[0]?.shards[0]?.failures === 1)
  const from = performance.now()
  await begin('shard-1', 1)
  assert.ok(performance.now() - from >= 245)
  assert.deepEqual(of('shard-1'), ['made', 'began fail', 'aborted', 'made'])
  assert.match(logger.messages('debug').join('\n'), /failed before: it waits/)
})

test('while it stops, a shard that begins in a thread is refused and is no failure', async t => {
  const { runtime, open, begin, logger } = await threadedRuntime(t, { stopDeadlineMs: 2_000 }, {}, [['mute']])
  await runtime.start()
  await begin('shard-1', 0)
  const stopped = runtime.stop().catch(() => {})
  const late = await open({ at: 1, shardId: 'shard-2' })
  late.say(initialize('shard-2'))
  await until('it is refused', () => late.closed)
  await stopped
  assert.deepEqual(
    logger.messages('error').filter(message => message.startsWith('the session failed')),
    [],
  )
})

test('a shard in a thread is told when the process begins to stop', async t => {
  const { runtime, begin, of, goOn } = await threadedRuntime(t)
  await runtime.start()
  const peer = await begin('shard-1', 0)
  peer.say(deeds('hold'))
  await until('its handler runs', () => of('shard-1').includes('began hold'))
  const stopped = runtime.stop()
  await until('it is told', () => of('shard-1').includes('stopping'))
  assert.equal(of('shard-1').includes('aborted'), false)
  goOn('shard-1')
  await stopped
})
