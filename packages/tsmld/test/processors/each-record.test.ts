import assert from 'node:assert/strict'
import { test } from 'node:test'
import { z } from 'zod'
import { deferred } from '../../src/deferred.ts'
import { ConfigError } from '../../src/errors.ts'
import { eachRecord } from '../../src/processors/each-record.ts'
import { deadLetter } from '../../src/processors/poison.ts'
import type { WireRecord } from '../../src/protocol/messages.ts'
import { HandlerCalls, heardBy, playedSaving, playedWith } from '../support/played-records.ts'
import { codecKinds } from '../support/scripted-daemon.ts'
import { turns } from '../support/turns.ts'
import { VirtualClock } from '../support/virtual-clock.ts'
import { answered, batch, wireRecord } from '../support/wire-records.ts'

test('records come one by one in order, each after the one before has settled', async () => {
  const events: string[] = []
  const factory = eachRecord<WireRecord>(async ({ sequenceNumber }) => {
    events.push(`begin ${sequenceNumber}`)
    await turns(1)
    events.push(`end ${sequenceNumber}`)
  })
  const { daemon } = await playedWith(factory)
  daemon.say(batch(1, 2, 3))
  await turns(12)
  assert.deepEqual(events, ['begin 1', 'end 1', 'begin 2', 'end 2', 'begin 3', 'end 3'])
})

test('frames: the batch is checkpointed after its last record, and answered without waiting for that', async () => {
  const { daemon } = await playedWith(eachRecord(() => {}))
  daemon.say(batch(1, 2))
  await turns()
  assert.deepEqual(daemon.heard(), ['checkpoint 2/0', 'status processRecords'])
})

test('json-lines: the batch is checkpointed after its last record, and then answered', async () => {
  const { daemon } = await playedWith(
    eachRecord(() => {}),
    'json-lines',
  )
  daemon.say(batch(1, 2))
  await turns()
  assert.deepEqual(daemon.heard(), ['checkpoint 2/0'])
  daemon.say(answered(2))
  await turns()
  assert.deepEqual(daemon.heard(), ['status processRecords'])
})

test('a place inside an aggregate is checkpointed with its sub-sequence number', async () => {
  const calls = new HandlerCalls()
  const { daemon } = await playedSaving(
    eachRecord<WireRecord>(record => (record.subSequenceNumber < 2 ? undefined : calls.handler(record)), {
      concurrency: 2,
    }),
  )
  const records = [wireRecord(5, 0), wireRecord(5, 1), wireRecord(5, 2)]
  daemon.say({ kind: 'processRecords', records, millisBehindLatest: null, atShardEnd: false })
  assert.deepEqual(await heardBy(daemon), ['checkpoint 5/1', 'status processRecords'])
})

for (const kind of codecKinds) {
  test(`${kind}: checkpoints are not more often than the interval, and the last one is not forgotten on a quiet shard`, async t => {
    const clock = new VirtualClock(t)
    const { daemon } = await playedSaving(
      eachRecord(() => {}, { checkpointIntervalMs: 5_000 }),
      kind,
    )
    daemon.say(batch(1))
    assert.deepEqual(await heardBy(daemon), ['checkpoint 1/0', 'status processRecords'])
    for (const n of [2, 3]) {
      await clock.pass(1_000)
      daemon.say(batch(n))
      assert.deepEqual(await heardBy(daemon), ['status processRecords'])
    }
    await clock.pass(2_999)
    assert.deepEqual(daemon.heard(), [])
    await clock.pass(1)
    // AWS's own daemons take a checkpoint only during an action: an empty batch is one.
    if (kind === 'json-lines') daemon.say(batch())
    assert.equal((await heardBy(daemon))[0], 'checkpoint 3/0')
    await clock.pass(60_000)
    assert.deepEqual(daemon.heard(), [])
  })
}

test('a batch that takes longer than the interval is checkpointed in between', async t => {
  const clock = new VirtualClock(t)
  const calls = new HandlerCalls()
  const { daemon } = await playedSaving(eachRecord(calls.handler, { checkpointIntervalMs: 0 }))
  daemon.say(batch(1, 2, 3))
  await turns()
  await calls.resolve(1)
  assert.deepEqual(await heardBy(daemon), [])
  await clock.pass(1_000)
  assert.deepEqual(await heardBy(daemon), ['checkpoint 1/0'])
})

test('what the filter leaves out is done without reaching the handler', async () => {
  const seen: string[] = []
  const factory = eachRecord<WireRecord>(({ sequenceNumber }) => void seen.push(sequenceNumber), {
    filter: ({ sequenceNumber }) => sequenceNumber !== '2' && sequenceNumber !== '4',
  })
  const { daemon } = await playedSaving(factory)
  daemon.say(batch(1, 2, 3, 4))
  assert.deepEqual(await heardBy(daemon), ['checkpoint 4/0', 'status processRecords'])
  assert.deepEqual(seen, ['1', '3'])
})

test('when the lease is lost the rest of the batch is left, which is no failure', async () => {
  const seen: string[] = []
  const first = deferred<void>()
  const factory = eachRecord<WireRecord>(({ sequenceNumber }) => {
    seen.push(sequenceNumber)
    return first.promise
  })
  const { daemon, end } = await playedWith(factory)
  daemon.say(batch(1, 2), { kind: 'leaseLosing' })
  await turns()
  assert.deepEqual(daemon.heard(), [])
  first.resolve()
  await turns()
  assert.deepEqual(seen, ['1'])
  assert.deepEqual(daemon.heard(), ['status processRecords'])
  daemon.say({ kind: 'leaseLost' })
  await turns()
  assert.equal(end()?.kind, 'leaseLost')
})

test('the handler gets the shard with its signal and its logger, and the number of the attempt', async () => {
  const ids: string[] = []
  const factory = eachRecord<WireRecord>((_, context) => {
    ids.push(`${context.shardId} ${context.attempt}`)
    assert.equal(context.signal.aborted, false)
    context.logger.info({}, 'handled')
  })
  const { daemon, log } = await playedWith(factory)
  daemon.say(batch(1))
  await turns()
  assert.deepEqual(ids, ['shardId-000000000000 1'])
  assert.deepEqual(log.messages('info'), ['the shard begins', 'handled'])
})

for (const [what, make, names] of [
  ['no function', () => eachRecord('x' as never), /a function of a record/],
  ['a schema without a handler', () => eachRecord({ '~standard': {} } as never), /a function of a record/],
  ['a schema after its handler', () => eachRecord(() => {}, z.object({}) as never), /the schema comes first/],
  ['a dead-letter sink that is no function', () => deadLetter('queue' as never), /deadLetter\(\) needs a function/],
  ['an option that is misspelt', () => eachRecord(() => {}, { concurency: 2 } as never), /'concurency'.*'concurrency'/],
  ['a concurrency of 0', () => eachRecord(() => {}, { concurrency: 0 }), /'concurrency'/],
  ['a key that is no function', () => eachRecord(() => {}, { key: 'id' as never }), /'key'/],
  ['a filter that is no function', () => eachRecord(() => {}, { filter: true as never }), /'filter'/],
  [
    'a word for onPoison that there is not',
    () => eachRecord(() => {}, { onPoison: 'drop' as never }),
    /'onPoison'.*deadLetter/,
  ],
  [
    'a backoff without its limit',
    () => eachRecord(() => {}, { retry: { backoff: { baseMs: 1 } as never } }),
    /'backoff' of 'retry'/,
  ],
  [
    'a backoff that begins above its limit',
    () => eachRecord(() => {}, { retry: { backoff: { baseMs: 100, maxMs: 10 } } }),
    /'backoff' of 'retry' of eachRecord\(\) has a baseMs of 100 above its maxMs of 10/,
  ],
  ['no attempts', () => eachRecord(() => {}, { retry: { attempts: 0 } }), /'attempts'/],
  ['a retry that is a number', () => eachRecord(() => {}, { retry: 3 as never }), /'retry'/],
  ['a timeout of 0', () => eachRecord(() => {}, { timeoutMs: 0 }), /'timeoutMs'/],
  ['a parser without a schema', () => eachRecord(() => {}, { parse: () => 1 } as never), /'parse'/],
  ['options that are none', () => eachRecord(() => {}, 3 as never), /an object of options/],
] as const) {
  test(`refused at once: ${what}`, () => {
    assert.throws(make, (error: unknown) => error instanceof ConfigError && names.test(error.message))
  })
}

test('under a limit a copy of the context has its signal as well', async t => {
  const clock = new VirtualClock(t)
  const copies: { readonly signal: AbortSignal; readonly attempt: number }[] = []
  const factory = eachRecord<WireRecord>(
    (_, context) => {
      copies.push({ ...context })
      return new Promise<void>(() => {})
    },
    { timeoutMs: 100 },
  )
  const { daemon } = await playedWith(factory)
  daemon.say(batch(1))
  await clock.pass(100)
  assert.deepEqual(
    copies.map(({ signal, attempt }) => [signal.aborted, attempt]),
    [[true, 1]],
  )
})
