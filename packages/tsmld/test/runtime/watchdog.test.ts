import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import type { OnStall } from '../../src/config/stream-options.ts'
import { type Deferred, deferred } from '../../src/deferred.ts'
import { eachBatch } from '../../src/processors/each-batch.ts'
import { eachRecord } from '../../src/processors/each-record.ts'
import { eachShard } from '../../src/processors/each-shard.ts'
import type { DaemonMessage, WireRecord } from '../../src/protocol/messages.ts'
import { healthOf } from '../../src/runtime/health.ts'
import { Watchdog } from '../../src/runtime/watchdog.ts'
import type { ProcessorFactory } from '../../src/session/record-processor.ts'
import { sessionsOf } from '../support/stream-sessions.ts'
import { turns } from '../support/turns.ts'
import { VirtualClock } from '../support/virtual-clock.ts'
import { batch, initialize } from '../support/wire-records.ts'

const shardId = 'shardId-000000000000'

/** A stream whose handlers stall after 60 s, under a watchdog; one shard has begun. */
async function watched(t: TestContext, factory?: ProcessorFactory<WireRecord>, onStall: OnStall = 'warn') {
  const clock = new VirtualClock(t)
  const given = sessionsOf('frames', factory === undefined ? {} : { factory })
  const { sessions, log, open } = given
  const done: string[] = []
  const dog = new Watchdog({
    stream: { name: 'clicks-cache', stallTimeoutMs: 60_000, onStall },
    sessions: () => sessions.running,
    restart: why => void done.push(`restart: ${why.message}`),
    exit: code => void done.push(`exit ${code}`),
  })
  dog.start()
  t.after(() => dog.stop())
  const { peer } = open()
  peer.say(initialize())
  await turns()
  const stalls = () => log.lines.filter(({ message }) => /stall/.test(message)).map(({ message }) => message)
  const status = () => sessions.statuses()[0]
  return { ...given, clock, peer, done, stalls, status }
}

/** A handler of one record or more, whose calls the test settles. */
function held() {
  const calls: Deferred<void>[] = []
  const handler = (): Promise<void> => {
    const call: Deferred<void> = deferred()
    calls.push(call)
    return call.promise
  }
  return { calls, handler }
}

for (const [what, told] of [
  ['throws', () => assert.fail('not now')],
  ['is a promise', () => Promise.resolve({ longestCall: null, blockedRecords: 0, blocked: [] })],
  ['is half of it', () => ({ blockedRecords: 1 })],
] as const)
  test(`where what a processor says it holds ${what}, its method is the call`, async t => {
    const processor = { processRecords: () => new Promise<void>(() => {}), held: told as never }
    const { clock, peer, stalls, status } = await watched(t, () => processor)
    peer.say(batch(7))
    await clock.pass(60_000)
    assert.equal(stalls().length, 1)
    assert.deepEqual(status()?.longestCall, { sequenceNumber: '7', runsMs: 60_000 })
    assert.deepEqual([status()?.blockedRecords, status()?.blocked], [0, []])
  })

test('fault 14: an action that does not end is named once, with shard, record and age, is shown, and its end is told', async t => {
  const { clock, peer, stalls, status, works, done, log } = await watched(t)
  peer.say(batch(7, 8))
  await clock.pass(59_000)
  assert.deepEqual([stalls(), status()?.stalledMs], [[], null])
  await clock.pass(200_000)
  const [said, ...more] = stalls()
  assert.match(said ?? '', /clicks-cache shardId-0+ at 7 has made no progress for 6\d000 ms: handling processRecords/)
  assert.deepEqual([more, done], [[], []])
  assert.deepEqual([status()?.stalledMs, status()?.longestCall], [259_000, { sequenceNumber: '7', runsMs: 259_000 }])
  const line = log.lines.find(({ message }) => message === said)
  assert.deepEqual([line?.level, line?.fields['sequenceNumber'], line?.fields['shardId']], ['error', '7', shardId])
  works[0]?.resolve()
  await clock.pass(5_000)
  assert.deepEqual(stalls().slice(1), ['the stall is over: the handler goes on'])
  assert.equal(status()?.stalledMs, null)
  peer.say(batch(9))
  await clock.pass(70_000)
  assert.equal(stalls().length, 3)
})

const never = (): Promise<void> => new Promise(() => {})
const actions: readonly [name: string, factory: ProcessorFactory<WireRecord>, message: DaemonMessage | null][] = [
  ['initialize', () => new Promise(() => {}), null],
  ['leaseLost', () => ({ processRecords() {}, leaseLost: never }), { kind: 'leaseLost' }],
  ['shardEnded', () => ({ processRecords() {}, shardEnded: never }), { kind: 'shardEnded' }],
  ['shutdownRequested', () => ({ processRecords() {}, shutdownRequested: never }), { kind: 'shutdownRequested' }],
  ['processRecords', eachShard(never), batch(1)],
]
for (const [name, factory, message] of actions) {
  test(`fault 14: ${name} that never settles is told`, async t => {
    const { clock, peer, stalls } = await watched(t, factory)
    if (message !== null) peer.say(message)
    await clock.pass(70_000)
    assert.equal(stalls().length, 1)
    assert.match(stalls()[0] ?? '', new RegExp(`: handling ${name}\\.`))
  })
}

test('fault 14: onStall says what is done, once a stall', async t => {
  for (const [onStall, expected] of [
    ['restartStream', /^restart: clicks-cache shardId-0+ at 1 has made no progress/],
    ['exit', /^exit 70$/],
  ] as const) {
    await t.test(onStall, async t => {
      const { clock, peer, done } = await watched(t, undefined, onStall)
      peer.say(batch(1))
      await clock.pass(200_000)
      assert.equal(done.length, 1)
      assert.match(done[0] ?? '', expected)
    })
  }
})

test('fault 14: a handler of eachRecord that hangs between two actions is named by its record, while the others of its shard go on', async t => {
  const { calls, handler } = held()
  const { clock, peer, stalls, status } = await watched(
    t,
    eachRecord<WireRecord>(handler, { concurrency: 3, checkpointIntervalMs: 600_000 }),
  )
  peer.say(batch(1, 2))
  await clock.pass(30_000)
  assert.ok(peer.heard().includes('status processRecords'))
  peer.say(batch(3))
  calls[1]?.resolve()
  await turns()
  assert.equal(calls.length, 3)
  await clock.pass(35_000)
  assert.equal(status()?.state, 'idle')
  assert.deepEqual(status()?.longestCall, { sequenceNumber: '1', runsMs: 65_000 })
  assert.match(stalls()[0] ?? '', /shardId-0+ at 1 has made no progress/)
  calls[0]?.resolve()
  await clock.pass(5_000)
  assert.deepEqual(status()?.longestCall, { sequenceNumber: '3', runsMs: 40_000 })
  assert.deepEqual(stalls().slice(1), ['the stall is over: the handler goes on'])
})

test('fault 14: a handler of eachBatch that hangs is named by its first record', async t => {
  const { handler } = held()
  const { clock, peer, stalls } = await watched(t, eachBatch<WireRecord>(handler, { maxRecords: 2 }))
  peer.say(batch(4, 5))
  await clock.pass(70_000)
  assert.match(stalls()[0] ?? '', /shardId-0+ at 4 has made no progress/)
})

test('what fails and is tried again makes progress, however long that takes', async t => {
  const factory = eachRecord<WireRecord>(() => Promise.reject(new Error('boom')), {
    retry: { attempts: 50, backoff: { baseMs: 20_000, maxMs: 20_000 } },
  })
  const { clock, peer, stalls, status } = await watched(t, factory)
  peer.say(batch(1))
  await clock.pass(300_000)
  assert.equal(status()?.state, 'handling processRecords')
  assert.deepEqual(stalls(), [])
})

for (const [name, factory] of [
  ['eachRecord', (fail: () => Promise<void>) => eachRecord<WireRecord>(fail, { retry: { attempts: 1 } })],
  ['eachBatch', (fail: () => Promise<void>) => eachBatch<WireRecord>(fail, { maxRecords: 1, retry: { attempts: 1 } })],
] as const) {
  test(`a record of ${name} that blocks is shown with its attempts and its last error, and is not said to stall as well, even when it hangs`, async t => {
    let calls = 0
    const begun = Date.now()
    const fail = (): Promise<void> =>
      ++calls < 4 ? Promise.reject(new Error(`boom ${calls}`)) : new Promise<void>(() => {})
    const { clock, peer, stalls, status, sessions } = await watched(t, factory(fail))
    peer.say(batch(1))
    await clock.pass(300_000)
    const shard = status()
    assert(shard !== undefined)
    assert.deepEqual([calls, stalls(), shard.stalledMs, shard.longestCall], [4, [], null, null])
    const [blocked] = shard.blocked
    assert.equal(shard.blockedRecords, 1)
    assert.ok((blocked?.since ?? 0) >= begun)
    assert.deepEqual(blocked, {
      sequenceNumber: '1',
      subSequenceNumber: 0,
      since: blocked?.since,
      attempts: 3,
      error: 'boom 3',
    })
    const stream = {
      name: 'clicks-cache',
      type: 'kinesis',
      state: 'running',
      daemon: { kind: 'embedded', pid: 7 },
      restarts: 0,
      lastFailure: null,
      shards: [shard],
    } as const
    assert.deepEqual(healthOf({ state: 'running', workerId: 'w', streams: [stream], threads: [] }).reasons, [
      `clicks-cache ${shardId} is blocked by 1 record, first 1: boom 3`,
    ])
    sessions.running[0]?.end(new Error('over'))
    assert.deepEqual(sessions.running[0]?.status().blocked, [])
  })
}

test('fault 14: a dead-letter sink that never settles is told as a handler is', async t => {
  const factory = eachRecord<WireRecord>(() => Promise.reject(new Error('boom')), {
    retry: { attempts: 1 },
    onPoison: { deadLetter: never },
  })
  const { clock, peer, stalls } = await watched(t, factory)
  peer.say(batch(6))
  await clock.pass(70_000)
  assert.match(stalls()[0] ?? '', /shardId-0+ at 6 has made no progress/)
})

test('a session that waits for an earlier handler of its shard does not stall: no code of its own runs', async t => {
  const { clock, peer, open, stalls, sessions } = await watched(t)
  peer.say(batch(1))
  await turns()
  peer.stream.destroy()
  await turns()
  const next = open().peer
  next.say(initialize())
  await clock.pass(29_000)
  assert.equal(sessions.statuses()[0]?.state, 'handling initialize')
  assert.deepEqual([sessions.statuses()[0]?.longestCall, stalls()], [null, []])
})

test('a session that ends ends its stall', async t => {
  const { clock, peer, stalls, sessions } = await watched(t)
  peer.say(batch(1))
  await clock.pass(70_000)
  await sessions.terminate()
  await clock.pass(5_000)
  assert.deepEqual(stalls().slice(1), ['the stall is over, and so is the session'])
})
