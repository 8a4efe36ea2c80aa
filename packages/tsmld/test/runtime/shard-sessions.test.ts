import assert from 'node:assert/strict'
import { test } from 'node:test'
import { TimeoutError } from '../../src/errors.ts'
import type { RecordFormat, WireRecord } from '../../src/protocol/messages.ts'
import type { ShardSessionsOptions } from '../../src/runtime/shard-sessions.ts'
import { sessionsOf } from '../support/stream-sessions.ts'
import { turns } from '../support/turns.ts'
import { VirtualClock } from '../support/virtual-clock.ts'
import { answered, batch, initialize } from '../support/wire-records.ts'

test('faults 16, 17: a second session under the same lease is refused, also when the first has ended', async () => {
  const { open, calls } = sessionsOf()
  const first = open({ leaseId: 'lease-x' })
  assert.equal(first.refusal, null)
  assert.match(String(open({ leaseId: 'lease-x' }).refusal), /has had its session/)
  first.peer.stream.destroy()
  await turns()
  assert.match(String(open({ leaseId: 'lease-x' }).refusal), /has had its session/)
  assert.equal(open({ leaseId: 'lease-y' }).refusal, null)
  assert.deepEqual(calls, [])
})

test('a hello for another stream is refused', () => {
  assert.match(String(sessionsOf().open({ stream: 'orders-cache' }).refusal), /serves clicks-cache, not orders-cache/)
})

test('each session decodes its records as its hello says, and a format that the stream does not have is refused', async () => {
  const decoded: (RecordFormat | null)[] = []
  const decoderOf: ShardSessionsOptions<WireRecord>['decoderOf'] = format => {
    if (format === 'kinesis') return null
    const decode = (records: readonly WireRecord[]): readonly WireRecord[] => {
      decoded.push(format)
      return records
    }
    return Object.assign(decode, { format: format ?? 'dynamodb-json' })
  }
  const frames = () => sessionsOf('frames', { decoderOf })
  assert.match(String(frames().open({ recordFormat: 'kinesis' }).refusal), /records of clicks-cache are not kinesis/)
  for (const { peer } of [
    frames().open({ recordFormat: 'dynamodb-binary' }),
    frames().open({ recordFormat: 'dynamodb-json' }),
    sessionsOf('json-lines', { decoderOf }).open(),
  ]) {
    peer.say(initialize())
    await turns()
    peer.say(batch(1))
    await turns()
  }
  assert.deepEqual(decoded, ['dynamodb-binary', 'dynamodb-json', null])
})

for (const kind of ['frames', 'json-lines'] as const) {
  test(`fault 16: ${kind}: a newer session aborts the older one, and makes no processor before the older handler has settled`, async () => {
    const { open, busy, calls, shards, works } = sessionsOf(kind)
    const older = await busy()
    assert.deepEqual(older.heard(), ['status initialize'])
    const newer = open().peer
    newer.say(initialize())
    await turns()
    assert.equal(shards[0]?.signal.aborted, true)
    assert.deepEqual(newer.heard(), [])
    works[0]?.resolve()
    await turns()
    older.say({ kind: 'leaseLost' })
    await turns()
    assert.deepEqual(older.heard(), ['status processRecords', 'status leaseLost'])
    assert.deepEqual(newer.heard(), ['status initialize'])
    assert.deepEqual(calls, ['made 1', 'began 1', 'settled 1', 'lost 1', 'made 2'])
  })
}

test("an older session that is idle has its leaseLost before the newer one's processor is made", async () => {
  const { open, calls } = sessionsOf()
  const older = open().peer
  older.say(initialize())
  await turns()
  const newer = open().peer
  newer.say(initialize())
  await turns()
  assert.deepEqual(calls, ['made 1'])
  older.say({ kind: 'leaseLost' })
  await turns()
  assert.deepEqual(calls, ['made 1', 'lost 1', 'made 2'])
})

test('an older session that is idle and never told of its loss holds the newer one up to the deadline only', async t => {
  const clock = new VirtualClock(t)
  const { open, calls } = sessionsOf()
  const older = open().peer
  older.say(initialize())
  await turns()
  open().peer.say(initialize())
  await clock.pass(30_000)
  assert.deepEqual(calls, ['made 1', 'made 2'])
})

test('fault 7: the older session can never checkpoint again', async () => {
  const { open, sessions } = sessionsOf('frames', {
    factory: () => ({ processRecords: (_, checkpointer) => checkpointer.checkpoint() }),
  })
  const older = open().peer
  older.say(initialize())
  await turns()
  older.say(batch(1))
  await turns()
  older.say(answered(1))
  await turns()
  older.heard()
  open().peer.say(initialize())
  await turns()
  older.say(batch(2))
  await turns()
  assert.deepEqual(older.heard(), ['status processRecords'])
  await sessions.terminate()
})

test('fault 16: past the deadline the newer session fails before any of its user code', async t => {
  const clock = new VirtualClock(t)
  const { open, busy, calls, failures, works } = sessionsOf()
  await busy()
  const newer = open().peer
  newer.say(initialize())
  await clock.pass(29_999)
  assert.equal(failures.length, 0)
  await clock.pass(1)
  assert(failures[0] instanceof TimeoutError)
  assert.match(failures[0].message, /earlier handler of shardId-000000000000 still runs after 30000 ms/)
  assert.equal(newer.closed, true)
  assert.deepEqual(newer.heard(), [])
  works[0]?.resolve()
  await clock.pass(0)
  assert.deepEqual(calls, ['made 1', 'began 1', 'settled 1'])
})

test('of three sessions of one shard only the newest begins, once the oldest handler has settled', async () => {
  const { open, busy, calls, works } = sessionsOf()
  const oldest = await busy()
  const [middle, newest] = [open().peer, open().peer]
  middle.say(initialize())
  await turns()
  newest.say(initialize())
  await turns()
  assert.deepEqual(calls, ['made 1', 'began 1'])
  oldest.stream.destroy()
  middle.stream.destroy()
  works[0]?.resolve()
  await turns()
  assert.deepEqual(calls, ['made 1', 'began 1', 'settled 1', 'made 2'])
  assert.deepEqual(newest.heard(), ['status initialize'])
})

test('an older lease that initializes late neither begins nor aborts the newer one', async () => {
  for (const newerFirst of [true, false]) {
    const { open, calls, shards } = sessionsOf()
    const older = open().peer
    const newer = open().peer
    const inOrder = newerFirst ? [newer, older] : [older, newer]
    for (const peer of inOrder) {
      peer.say(initialize())
      await turns()
    }
    older.say({ kind: 'leaseLost' })
    await turns()
    assert.deepEqual(newer.heard(), ['status initialize'])
    assert.equal(calls.at(-1), newerFirst ? 'made 1' : 'made 2')
    assert.equal(shards.at(-1)?.signal.aborted, false)
  }
})

test('a hello that was long on its way is refused where a newer session has the shard, and leaves that one alone', async () => {
  const { open, shards } = sessionsOf()
  open({ openedAt: 2_000 }).peer.say(initialize())
  await turns()
  assert.equal(open({ openedAt: 1_000 }).refusal, 'a newer session has this shard')
  assert.equal(open({ openedAt: 1_000, shardId: 'shardId-000000000001' }).refusal, null)
  assert.equal(shards[0]?.signal.aborted, false)
  assert.equal(open({ openedAt: 3_000 }).refusal, null)
})

test("a stock daemon's session is as new as its initialize, whichever connected first", async () => {
  const { open, shards } = sessionsOf('json-lines')
  const [connectedFirst, connectedSecond] = [open().peer, open().peer]
  connectedSecond.say(initialize())
  await turns()
  connectedFirst.say(initialize())
  await turns()
  assert.deepEqual(
    shards.map(({ signal }) => signal.aborted),
    [true],
  )
  connectedSecond.say({ kind: 'leaseLost' })
  await turns()
  assert.deepEqual(connectedFirst.heard(), ['status initialize'])
  assert.equal(shards[1]?.signal.aborted, false)
})

test('a handler that still runs when its connection is gone holds back the next session of its shard', async () => {
  const { open, busy, calls, works, sessions } = sessionsOf()
  const older = await busy()
  older.stream.destroy()
  await turns()
  assert.equal(sessions.running.length, 1)
  const newer = open().peer
  newer.say(initialize())
  await turns()
  assert.deepEqual(newer.heard(), [])
  works[0]?.reject(new Error('aborted'))
  await turns()
  assert.deepEqual(newer.heard(), ['status initialize'])
  assert.deepEqual(calls, ['made 1', 'began 1', 'settled 1', 'made 2'])
})

test('sessions of different shards do not wait for each other', async () => {
  const { open, busy } = sessionsOf()
  await busy()
  const other = open({ shardId: 'shardId-000000000001' }).peer
  other.say(initialize('shardId-000000000001'))
  await turns()
  assert.deepEqual(other.heard(), ['status initialize'])
})

test('fault 15: one session that speaks garbage leaves the others as they are', async () => {
  const { open, busy, failures } = sessionsOf()
  const other = open({ shardId: 'shardId-000000000001' }).peer
  other.say(initialize('shardId-000000000001'))
  const broken = await busy()
  broken.stream.write(Buffer.from('ffffffff02', 'hex'))
  await turns()
  assert.equal(broken.closed, true)
  assert.equal(failures.length, 1)
  other.say(batch(1))
  await turns()
  assert.equal(other.closed, false)
  assert.deepEqual(other.heard(), ['status initialize'])
})
