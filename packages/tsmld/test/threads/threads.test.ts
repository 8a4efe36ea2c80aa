import assert from 'node:assert/strict'
import { dirname } from 'node:path'
import { test } from 'node:test'
import { CheckpointError, ConfigError } from '../../src/errors.ts'
import { moduleProcessor } from '../../src/processors/module-processor.ts'
import { fakeRuntime } from '../support/fake-runtime.ts'
import { hearRecorders, recorderUrl } from '../support/recorder-channel.ts'
import { deeds, threadedRuntime } from '../support/threaded-runtime.ts'
import { rejection, until } from '../support/turns.ts'

const loadsOf = (listeners: readonly { readonly load: number }[]): number[] => listeners.map(({ load }) => load)

test('each stream has a listener in each thread, all in one folder, and its daemon hears what else lives in each', async t => {
  const { runtime, listeners, begin } = await threadedRuntime(t, {}, {}, [['well'], ['well']])
  await runtime.start()
  const all = [...listeners(0), ...listeners(1)]
  assert.deepEqual(
    all.map(({ stream, load }) => [stream, load]),
    [
      ['app-0', 0],
      ['app-0', 0],
      ['app-1', 0],
      ['app-1', 0],
    ],
  )
  const paths = all.map(listener => ('path' in listener ? listener.path : ''))
  assert.equal(new Set(paths).size, 4)
  assert.equal(new Set(paths.map(dirname)).size, 1)
  const peer = await begin('shard-1')
  // The daemon takes the first of equals: the second stream's first listener is in the second thread.
  await until('the other daemon knows', () => loadsOf([...listeners(0), ...listeners(1)]).join() === '0,0,0,1')
  peer.say({ kind: 'leaseLost' })
  await until('the other daemon knows that it ended', () => loadsOf(listeners(1)).join() === '0,0')
})

test('a handler that runs on after its connection is gone is a load of its thread for its own daemon too', async t => {
  const { runtime, listeners, begin, of, goOn } = await threadedRuntime(t)
  await runtime.start()
  const peer = await begin('shard-1', 1)
  peer.say(deeds('hold'))
  await until('it runs', () => of('shard-1').includes('began hold'))
  assert.deepEqual(loadsOf(listeners()), [0, 0])
  peer.stream.destroy()
  await until('the daemon knows', () => loadsOf(listeners()).join() === '0,1')
  goOn('shard-1')
  await until('the daemon knows that it settled', () => loadsOf(listeners()).join() === '0,0')
})

test('sessions stay in the thread where they began, whatever the loads, and the status says which it is', async t => {
  const { runtime, begin, told, of } = await threadedRuntime(t)
  await runtime.start()
  const peers = [
    await begin('shard-1', 0),
    await begin('shard-2', 0),
    await begin('shard-3', 0),
    await begin('shard-4', 1),
  ]
  for (const peer of peers) peer.say(deeds('work'))
  await until('all have worked', () => told.filter(({ what }) => what === 'settled work').length === 4)
  const threads = new Set(told.filter(({ shardId }) => shardId !== 'shard-4').map(({ thread }) => thread))
  assert.equal(threads.size, 1)
  assert.ok(told.filter(({ shardId }) => shardId === 'shard-4').every(({ thread }) => !threads.has(thread)))
  await until(
    'the status is told',
    () => runtime.status().streams[0]?.shards.every(({ records }) => records === 1) ?? false,
  )
  const status = runtime.status()
  assert.deepEqual(JSON.parse(JSON.stringify(status)), status)
  assert.deepEqual(
    status.streams[0]?.shards.map(({ shardId, thread, state }) => [shardId, thread, state]),
    [
      ['shard-1', 0, 'idle'],
      ['shard-2', 0, 'idle'],
      ['shard-3', 0, 'idle'],
      ['shard-4', 1, 'idle'],
    ],
  )
  assert.deepEqual(
    status.threads.map(({ index, state, sessions }) => [index, state, sessions]),
    [
      [0, 'running', 3],
      [1, 'running', 1],
    ],
  )
  assert.deepEqual(runtime.health(), { live: true, ready: true, reasons: [] })
  assert.deepEqual(of('shard-1'), ['made', 'began work', 'settled work'])
})

test('fault 13: a handler that blocks its thread keeps no other thread from its work, and the status says how long that thread is silent', async t => {
  const { runtime, begin, of } = await threadedRuntime(t)
  await runtime.start()
  const [blocked, other] = [await begin('shard-1', 0), await begin('shard-2', 1)]
  blocked.say(deeds('block'))
  await until('it blocks', () => of('shard-1').includes('began block'))
  await until('it is silent', () => (runtime.status().threads[0]?.silentMs ?? 0) > 700)
  other.say(deeds('work'))
  await until('the other has worked', () => of('shard-2').includes('settled work'))
  assert.ok((runtime.status().threads[1]?.silentMs ?? 1_000) < 700)
})

test('for how long a handler runs is told between the words of its thread as well', async t => {
  const { runtime, begin, goOn, of } = await threadedRuntime(t)
  await runtime.start()
  const peer = await begin('shard-1')
  peer.say(deeds('hold'))
  const shard = () => runtime.status().streams[0]?.shards[0]
  await until('it is handling', () => shard()?.state === 'handling processRecords')
  const before = shard()?.handlingMs ?? 0
  await new Promise(resolve => setTimeout(resolve, 30))
  assert.ok((shard()?.handlingMs ?? 0) >= before + 25)
  goOn('shard-1')
  await until('it is over', () => of('shard-1').includes('settled hold'))
})

for (const threads of [0, 2]) {
  test(`one module runs with ${threads} threads: processed, drained by the stop with its last checkpoint, and no thread is left`, async t => {
    const { told } = hearRecorders(t)
    const processor = moduleProcessor(recorderUrl, { exportName: 'recorder' })
    const { runtime, fakes } = await fakeRuntime(t, [['shard']], { threads }, { processor })
    await runtime.start()
    await until('the record came', () => told.some(({ what }) => what === 'settled data'))
    await until('the status knows', () => runtime.status().streams[0]?.shards[0]?.records === 1)
    assert.equal(runtime.status().streams[0]?.shards[0]?.thread, threads === 0 ? null : 0)
    assert.equal(
      told.every(({ thread }) => thread === 0),
      threads === 0,
    )
    await runtime.stop()
    const heard = fakes[0]?.runs()[0]?.heard.map(({ action, responseFor }) => responseFor ?? action)
    assert.deepEqual(heard, ['initialize', 'processRecords', 'checkpoint', 'shutdownRequested'])
    assert.deepEqual(
      runtime.status().threads.map(({ state }) => state),
      Array.from({ length: threads }, () => 'stopped'),
    )
  })

  test(`a module that is missing, or exports no function, is a ConfigError of the start with ${threads} threads, and nothing is left running`, async t => {
    for (const [processor, words] of [
      [moduleProcessor(new URL('nowhere.js', import.meta.url)), /module file:\S+nowhere\.js cannot be imported: /],
      [
        moduleProcessor(recorderUrl, { exportName: 'other' }),
        /recorder\.ts has no export 'other'; it exports default, /,
      ],
      [
        moduleProcessor(recorderUrl, { exportName: 'notAFunction' }),
        /exports 7 as 'notAFunction', which must be a func/,
      ],
    ] as const) {
      const { runtime, fakes } = await fakeRuntime(t, [['well']], { threads }, { processor })
      const error = await rejection(runtime.start())
      assert(error instanceof ConfigError)
      assert.match(error.message, words)
      assert.equal(await rejection(runtime.closed), error)
      assert.deepEqual(fakes[0]?.runs(), [])
      assert.ok(runtime.status().threads.every(({ state }) => state === 'stopped'))
    }
  })
}

test("a shard's log lines come to the runtime's logger, with their errors and the thread; what cannot be cloned comes as text", async t => {
  const { runtime, logger, begin } = await threadedRuntime(t)
  await runtime.start()
  const peer = await begin('shard-1', 1)
  peer.say(deeds('log'))
  const line = () => logger.lines.find(({ message }) => message === 'from the shard')
  await until('the line came', () => line() !== undefined)
  const { level, fields } = line() ?? {}
  assert.equal(level, 'warn')
  const { err, f, ...others } = fields ?? {}
  assert.deepEqual(others, { thread: 1, stream: 'app-0', shardId: 'shard-1', big: 5n, when: new Date(5) })
  assert.equal(f, '[Function: f]')
  assert.ok(err instanceof Error)
  assert.equal(`${err.name}: ${err.message}`, 'RangeError: logged')
  assert.match(String(err.stack), /recorder\.ts/)
})

test('a session that fails in a thread is told with the very class of its error, and counted', async t => {
  const { runtime, logger, begin } = await threadedRuntime(t)
  await runtime.start()
  const peer = await begin('shard-1')
  peer.say(deeds('fail'))
  await until('it has failed', () => runtime.status().streams[0]?.shards[0]?.failures === 1)
  assert.equal(runtime.status().streams[0]?.restarts, 0)
  assert.equal(runtime.status().streams[0]?.shards[0]?.lastFailure, 'refused by the test')
  const line = logger.lines.find(({ message }) => message.startsWith('the session failed'))
  const err = line?.fields['err']
  assert(err instanceof CheckpointError)
  assert.deepEqual([err.reason, err.shardId], ['TestException', 'shard-1'])
  assert.match(String(err.stack), /recorder\.ts/)
})

test('over TCP each thread has a port of its own', async t => {
  const { runtime, listeners, begin } = await threadedRuntime(t, { transport: 'tcp' })
  await runtime.start()
  assert.ok(listeners().every(listener => 'host' in listener && listener.host === '127.0.0.1'))
  await begin('shard-1', 1)
})

test('a handler that never returns delays a stop no longer than its deadline, and ends with its thread', async t => {
  const { runtime, begin, of } = await threadedRuntime(t, { stopDeadlineMs: 100 }, {}, [['notDrained']])
  await runtime.start()
  const peer = await begin('shard-1')
  peer.say(deeds('block'))
  await until('it blocks', () => of('shard-1').includes('began block'))
  const from = performance.now()
  assert.match(
    (await rejection(runtime.stop())).message,
    /Not every shard of app-0 was drained.*Still running: shard-1\./,
  )
  assert.ok(performance.now() - from < 5_000)
  assert.deepEqual(
    runtime.status().threads.map(({ state, sessions }) => [state, sessions]),
    [
      ['stopped', 0],
      ['stopped', 0],
    ],
  )
})
