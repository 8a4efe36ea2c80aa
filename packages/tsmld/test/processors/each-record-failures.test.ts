import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { deferred } from '../../src/deferred.ts'
import { TimeoutError } from '../../src/errors.ts'
import { type EachRecordOptions, eachRecord } from '../../src/processors/each-record.ts'
import { deadLetter, type PoisonFailure } from '../../src/processors/poison.ts'
import type { RecordEvent } from '../../src/processors/record-events.ts'
import type { WireRecord } from '../../src/protocol/messages.ts'
import { HandlerCalls, heardBy, keyedBatch, playedSaving, playedWith } from '../support/played-records.ts'
import { turns } from '../support/turns.ts'
import { VirtualClock } from '../support/virtual-clock.ts'
import { batch } from '../support/wire-records.ts'

const fail = (): never => {
  throw new Error('bug')
}

const retry = { attempts: 3, backoff: { baseMs: 100, maxMs: 1_000 } }

/** A session whose handler fails at record 2 for as long as `isDown` is true. */
async function withPoison(t: TestContext, options: EachRecordOptions<WireRecord> = {}) {
  const clock = new VirtualClock(t)
  const events: string[] = []
  const seen: string[] = []
  const state = { isDown: true }
  const factory = eachRecord<WireRecord>(
    ({ sequenceNumber }, { attempt }) => {
      seen.push(attempt === 1 ? sequenceNumber : `${sequenceNumber} again`)
      if (sequenceNumber === '2' && state.isDown) throw new Error('poison')
    },
    { retry, onEvent: (event: RecordEvent<WireRecord>) => void events.push(event.kind), ...options },
  )
  const played = await playedSaving(factory)
  return { ...played, clock, events, seen, state }
}

test('a record that fails is tried again after growing delays, in its place', async t => {
  const { daemon, clock, seen, state, events, log } = await withPoison(t)
  daemon.say(batch(1, 2, 3))
  await turns()
  assert.deepEqual(seen, ['1', '2'])
  await clock.pass(100)
  assert.deepEqual(seen, ['1', '2', '2 again'])
  await clock.pass(49)
  assert.equal(seen.length, 3)
  state.isDown = false
  await clock.pass(151)
  assert.deepEqual(seen, ['1', '2', '2 again', '2 again', '3'])
  assert.deepEqual(await heardBy(daemon), ['checkpoint 3/0', 'status processRecords'])
  assert.deepEqual(events, ['recordFailed', 'recordFailed'])
  assert.deepEqual(log.messages('warn'), [])
  assert.equal(clock.waiting, 0)
})

test('fault 21: by default a poison record blocks its shard: nothing advances, the session lives, the log says so again and again, and it goes on by itself', async t => {
  const { daemon, clock, seen, state, events, log, end } = await withPoison(t)
  daemon.say(batch(1, 2, 3))
  await clock.pass(300)
  assert.deepEqual(events, ['recordFailed', 'recordFailed', 'recordBlocked'])
  assert.equal(log.messages('error').length, 1)
  assert.match(
    log.messages('error')[0] ?? '',
    /mend the handler or the schema .* onPoison: deadLetter\(sink\), or 'skip', which loses them/,
  )
  assert.match(log.messages('error')[0] ?? '', /a record fails and blocks the shard.*poison/)
  const [line] = log.lines.filter(({ level }) => level === 'error')
  assert.deepEqual(
    [line?.fields['sequenceNumber'], line?.fields['attempts'], line?.fields['blockedRecords']],
    ['2', 3, 1],
  )
  await clock.pass(60 * 60_000)
  assert.deepEqual(await heardBy(daemon), ['checkpoint 1/0'])
  assert.equal(end(), null)
  assert.ok(!seen.includes('3'))
  assert.ok(seen.length > 3_600 && seen.length < 7_300, `tried ${seen.length} times`)
  const said = log.messages('error').length
  assert.ok(said >= 10 && said <= 14, `said ${said} times within an hour`)
  state.isDown = false
  await clock.pass(1_000)
  assert.deepEqual(seen.slice(-2), ['2 again', '3'])
  assert.deepEqual(await heardBy(daemon), ['checkpoint 3/0', 'status processRecords'])
  assert.equal(events.at(-1), 'recordUnblocked')
  assert.deepEqual(log.messages('info'), ['the shard begins', 'no record blocks the shard any more'])
  assert.equal(clock.waiting, 0)
})

test('fault 21: with a concurrency the other keys go on beside a record that blocks, until as many block as may run', async t => {
  const clock = new VirtualClock(t)
  const seen: string[] = []
  const state = { isDown: true }
  const factory = eachRecord<WireRecord>(
    ({ sequenceNumber, partitionKey }) => {
      seen.push(sequenceNumber)
      if (state.isDown && partitionKey?.startsWith('bad')) throw new Error('poison')
    },
    { concurrency: 2, retry: { ...retry, attempts: 1 }, checkpointIntervalMs: 0 },
  )
  const { daemon } = await playedSaving(factory)
  daemon.say(keyedBatch([1, 'good'], [2, 'bad'], [3, 'bad'], [4, 'good'], [5, 'bad too'], [6, 'good']))
  await turns()
  assert.deepEqual(seen, ['1', '2', '4', '5'])
  await clock.pass(50)
  assert.deepEqual(await heardBy(daemon), [])
  await clock.pass(950)
  assert.deepEqual(await heardBy(daemon), ['checkpoint 1/0'])
  state.isDown = false
  await clock.pass(1_000)
  const ofKey = (...numbers: string[]) => seen.slice(4).filter(n => numbers.includes(n))
  assert.deepEqual([...new Set(ofKey('2', '3'))], ['2', '3'])
  assert.equal(seen.filter(n => n === '6').length, 1)
  assert.ok((await heardBy(daemon)).includes('checkpoint 6/0'))
})

test('what a sink that is down blocks is one line in the log, not one for each record', async t => {
  const clock = new VirtualClock(t)
  const handler = (): never => {
    throw new Error('down')
  }
  const { daemon, log } = await playedWith(eachRecord(handler, { concurrency: 50, retry }))
  daemon.say(batch(...Array.from({ length: 50 }, (_, n) => n + 1)))
  await clock.pass(9_000)
  assert.equal(log.messages('error').length, 1)
  await clock.pass(2_000)
  assert.equal(log.messages('error').length, 2)
  assert.equal(log.lines.findLast(({ level }) => level === 'error')?.fields['blockedRecords'], 50)
})

test('fault 21: with a dead-letter sink the shard advances past a poison record once the sink took it', async t => {
  const taken = deferred<void>()
  const letters: [string, PoisonFailure][] = []
  const sink = ({ sequenceNumber }: WireRecord, failure: PoisonFailure): Promise<void> => {
    letters.push([sequenceNumber, failure])
    return taken.promise
  }
  const { daemon, clock, seen, events, log } = await withPoison(t, { onPoison: deadLetter(sink) })
  daemon.say(batch(1, 2, 3))
  await clock.pass(60_000)
  assert.equal(letters.length, 1)
  const [[sequenceNumber, { error, attempts, shard }]] = letters as [[string, PoisonFailure]]
  assert.deepEqual(
    [sequenceNumber, (error as Error).message, attempts, shard.shardId],
    ['2', 'poison', 3, 'shardId-000000000000'],
  )
  assert.deepEqual(await heardBy(daemon), ['checkpoint 1/0'])
  assert.equal(seen.includes('3'), false)
  taken.resolve()
  assert.deepEqual(await heardBy(daemon), ['checkpoint 3/0', 'status processRecords'])
  assert.equal(seen.filter(each => each.startsWith('2')).length, 3)
  assert.deepEqual(events, ['recordFailed', 'recordFailed', 'recordDeadLettered'])
  assert.match(log.messages('warn')[0] ?? '', /dead-letter sink: poison/)
  assert.equal(clock.waiting, 0)
})

test('fault 21: while the dead-letter sink is down the record blocks, the log says so, and the sink is tried until it took it', async t => {
  let isDown = true
  let tries = 0
  const sink = async (): Promise<void> => {
    tries++
    if (isDown) throw new Error('queue is gone')
  }
  const { daemon, clock, seen, events, log } = await withPoison(t, { onPoison: deadLetter(sink) })
  daemon.say(batch(1, 2, 3))
  await clock.pass(60_000)
  assert.deepEqual(await heardBy(daemon), ['checkpoint 1/0'])
  assert.ok(tries > 50)
  assert.match(log.messages('error')[0] ?? '', /dead-letter sink fails.*queue is gone/)
  assert.equal(seen.filter(each => each.startsWith('2')).length, 3, 'the handler is not tried any more')
  isDown = false
  await clock.pass(1_000)
  assert.deepEqual(await heardBy(daemon), ['checkpoint 3/0', 'status processRecords'])
  assert.deepEqual(events.slice(2), ['recordBlocked', 'recordDeadLettered', 'recordUnblocked'])
})

test('a sink that takes and refuses at once is as good as one that promises', async t => {
  let isDown = true
  const sink = (): void => {
    if (isDown) throw new Error('full')
  }
  const { daemon, clock } = await withPoison(t, { onPoison: deadLetter(sink) })
  daemon.say(batch(1, 2, 3))
  await clock.pass(2_000)
  assert.deepEqual(await heardBy(daemon), ['checkpoint 1/0'])
  isDown = false
  await clock.pass(1_000)
  assert.deepEqual(await heardBy(daemon), ['checkpoint 3/0', 'status processRecords'])
})

test('a skipped record is counted and logged', async t => {
  const { daemon, clock, events, log } = await withPoison(t, { onPoison: 'skip' })
  daemon.say(batch(1, 2, 3))
  await clock.pass(300)
  assert.deepEqual(await heardBy(daemon), ['checkpoint 3/0', 'status processRecords'])
  const [line] = log.lines.filter(({ level }) => level === 'warn')
  assert.match(line?.message ?? '', /a record is skipped.*poison/)
  assert.deepEqual([line?.fields['sequenceNumber'], line?.fields['skipped']], ['2', 1])
  assert.equal(events.at(-1), 'recordSkipped')
})

test('an error that is not retryable makes the record poison at once', async t => {
  const { daemon, events } = await withPoison(t, { onPoison: 'skip', retry: { ...retry, retryable: () => false } })
  daemon.say(batch(1, 2, 3))
  assert.deepEqual(await heardBy(daemon), ['checkpoint 3/0', 'status processRecords'])
  assert.deepEqual(events, ['recordSkipped'])
})

for (const [what, options] of [
  ['a filter', { filter: ({ sequenceNumber }: WireRecord) => sequenceNumber !== '3' || fail() }],
  [
    'a key function',
    { concurrency: 2, key: ({ sequenceNumber }: WireRecord) => (sequenceNumber !== '3' ? 'a' : fail()) },
  ],
] as const) {
  test(`${what} that throws makes its record poison: the handler never sees it`, async t => {
    const { daemon, seen, state } = await withPoison(t, { ...options, onPoison: 'skip' })
    state.isDown = false
    daemon.say(batch(1, 2, 3, 4))
    assert.deepEqual(await heardBy(daemon), ['checkpoint 4/0', 'status processRecords'])
    assert.deepEqual(seen, ['1', '2', '4'])
  })
}

test('a handler that passes its limit has its signal aborted, and its record is tried again when it has rejected', async t => {
  const clock = new VirtualClock(t)
  const reasons: unknown[] = []
  const events: string[] = []
  const factory = eachRecord<WireRecord>(
    (_, { signal, attempt }) =>
      attempt > 1
        ? undefined
        : new Promise((_, reject) => {
            signal.addEventListener('abort', () => {
              reasons.push(signal.reason)
              reject(signal.reason as Error)
            })
          }),
    { timeoutMs: 500, retry, onEvent: ({ kind }) => void events.push(kind) },
  )
  const { daemon, log } = await playedSaving(factory)
  daemon.say(batch(1))
  await clock.pass(499)
  assert.equal(reasons.length, 0)
  await clock.pass(1)
  assert.ok(reasons.at(0) instanceof TimeoutError)
  await clock.pass(100)
  assert.deepEqual(await heardBy(daemon), ['checkpoint 1/0', 'status processRecords'])
  assert.deepEqual(events, ['recordTimedOut', 'recordFailed'])
  assert.match(log.messages('warn')[0] ?? '', /passed its timeoutMs/)
  assert.equal(clock.waiting, 0)
})

test('a handler that does not heed its limit is waited for: its record is never handled twice at a time, and is done when it resolves', async t => {
  const clock = new VirtualClock(t)
  const calls = new HandlerCalls()
  const { daemon } = await playedSaving(eachRecord(calls.handler, { timeoutMs: 500, retry }))
  daemon.say(batch(1, 2))
  await clock.pass(60_000)
  assert.deepEqual(calls.newlyBegun(), ['1'])
  await calls.resolve(1)
  assert.deepEqual(calls.newlyBegun(), ['2'])
  await calls.resolve(2)
  assert.deepEqual(await heardBy(daemon), ['checkpoint 2/0', 'status processRecords'])
})

test('under a limit the signal aborts with the lease as well, also where it is read only afterwards', async t => {
  const clock = new VirtualClock(t)
  const signals: AbortSignal[] = []
  const late = deferred<void>()
  const factory = eachRecord<WireRecord>(
    async (record, context) => {
      if (record.sequenceNumber === '1') signals.push(context.signal)
      await late.promise
      signals.push(context.signal)
    },
    { timeoutMs: 500, concurrency: 2 },
  )
  const { daemon } = await playedWith(factory)
  daemon.say(batch(1, 2), { kind: 'leaseLosing' })
  await turns()
  assert.match(String(signals[0]?.reason), /lease is lost/)
  late.resolve()
  await clock.pass(0)
  assert.deepEqual(
    signals.map(({ aborted }) => aborted),
    [true, true, true],
  )
  assert.equal(clock.waiting, 0)
})

for (const [how, onEvent] of [
  ['throws', () => assert.fail('metrics are down')],
  ['rejects', () => Promise.reject(new Error('metrics are down'))],
] as const)
  test(`a listener that ${how} changes nothing`, async t => {
    const options = { onPoison: 'skip' as const, onEvent }
    const { daemon, clock, log } = await withPoison(t, options)
    daemon.say(batch(1, 2, 3))
    await clock.pass(300)
    assert.deepEqual(await heardBy(daemon), ['checkpoint 3/0', 'status processRecords'])
    assert.match(log.messages('error')[0] ?? '', /onEvent threw: metrics are down/)
  })
