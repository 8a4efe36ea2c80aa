import assert from 'node:assert/strict'
import { test } from 'node:test'
import { deferred } from '../../src/deferred.ts'
import { ProtocolError, RecordProcessorError } from '../../src/errors.ts'
import type { WireRecord } from '../../src/protocol/messages.ts'
import type { Batch, Shard } from '../../src/session/record-processor.ts'
import { begunSession, endError, newSession } from '../support/played-session.ts'
import { codecKinds, encodeDaemon } from '../support/scripted-daemon.ts'
import { turns } from '../support/turns.ts'
import { answered, batch, initialize, wireRecord } from '../support/wire-records.ts'

for (const kind of codecKinds) {
  test(`${kind}: each action is answered by exactly one status, in order`, async () => {
    const { daemon } = await begunSession(kind, {})
    daemon.say(batch(1, 2))
    await turns()
    daemon.say({ kind: 'shutdownRequested' })
    await turns()
    daemon.say(batch())
    await turns()
    assert.deepEqual(daemon.heard(), ['status processRecords', 'status shutdownRequested', 'status processRecords'])
  })

  test(`${kind}: the status goes out only after the user's promise has settled`, async () => {
    const work = deferred<void>()
    const { daemon } = await begunSession(kind, { processRecords: () => work.promise })
    daemon.say(batch(1))
    await turns()
    assert.deepEqual(daemon.heard(), [])
    work.resolve()
    await turns()
    assert.deepEqual(daemon.heard(), ['status processRecords'])
  })

  test(`${kind}: the factory's promise is waited for before initialize is answered`, async () => {
    const made = deferred<{ processRecords(): void }>()
    const { daemon } = newSession(kind, { factory: () => made.promise })
    daemon.say(initialize())
    await turns()
    assert.deepEqual(daemon.heard(), [])
    made.resolve({ processRecords() {} })
    await turns()
    assert.deepEqual(daemon.heard(), ['status initialize'])
  })

  test(`${kind}: a batch reaches the processor with its records in order and its lag`, async () => {
    const seen: Batch<WireRecord>[] = []
    const { daemon, session } = await begunSession(kind, { processRecords: got => void seen.push(got) })
    daemon.say(batch(7, 8, 9))
    await turns()
    const [first, ...more] = seen
    assert(first !== undefined)
    assert.equal(more.length, 0)
    assert.deepEqual(
      first.records.map(({ sequenceNumber, data }) => `${sequenceNumber} ${data.toString()}`),
      ['7 data 7', '8 data 8', '9 data 9'],
    )
    assert.equal(first.millisBehindLatest, 5)
    const { records, batches, lastSequenceNumber, millisBehindLatest } = session.status()
    assert.deepEqual([records, batches, lastSequenceNumber, millisBehindLatest], [3, 1, '9', 5])
  })

  test(`${kind}: a batch that the processor does not get is not counted`, async () => {
    const { daemon, session } = await begunSession(kind, { processRecords: () => new Promise(() => {}) })
    daemon.say(batch(1))
    await turns()
    daemon.say(batch(2, 3))
    await turns()
    const { records, batches, state } = session.status()
    assert.deepEqual([records, batches, state], [1, 1, 'closed'])
  })

  test(`fault 15: ${kind}: everything said in single bytes comes to the same`, async () => {
    const { daemon } = newSession(kind)
    for (const message of [initialize(), batch(1, 2), { kind: 'leaseLost' } as const]) {
      for (const byte of encodeDaemon(kind, message)) daemon.sayBytes(Buffer.of(byte))
      await turns()
    }
    assert.deepEqual(daemon.heard(), ['status initialize', 'status processRecords', 'status leaseLost'])
    assert.equal(daemon.closedBy, 'end')
  })

  for (const [how, processRecords] of [
    [
      'throws',
      () => {
        throw new Error('boom')
      },
    ],
    ['rejects', () => Promise.reject(new Error('boom'))],
  ] as const) {
    test(`fault 1: ${kind}: a handler that ${how} has no status, and its session ends with the error`, async () => {
      const played = await begunSession(kind, { processRecords })
      played.daemon.say(batch(1))
      await turns()
      assert.deepEqual(played.daemon.heard(), [])
      assert.equal(played.daemon.closedBy, 'destroy')
      const error = endError(played)
      assert(error instanceof RecordProcessorError)
      assert.equal(
        error.message,
        'The record processor of clicks-cache shardId-000000000000 failed in processRecords: boom',
      )
      assert.equal((error.cause as Error).message, 'boom')
      assert.equal(error.shardId, 'shardId-000000000000')
      assert.equal(error.stream, 'clicks-cache')
      assert.equal(played.session.signal.aborted, true)
    })
  }

  for (const [how, factory] of [
    [
      'throws',
      () => {
        throw new Error('no cache')
      },
    ],
    ['rejects', () => Promise.reject(new Error('no cache'))],
  ] as const) {
    test(`fault 1: ${kind}: a factory that ${how} leaves initialize unanswered and fails the session`, async () => {
      const played = newSession(kind, { factory })
      played.daemon.say(initialize())
      await turns()
      assert.deepEqual(played.daemon.heard(), [])
      assert.match(endError(played).message, /initialize: no cache/)
    })
  }

  test(`${kind}: what is thrown may be anything`, async () => {
    const played = await begunSession(kind, {
      processRecords() {
        // eslint-disable-next-line @typescript-eslint/only-throw-error -- user code does such things
        throw 'a string'
      },
    })
    played.daemon.say(batch(1))
    await turns()
    assert.match(endError(played).message, /a string/)
  })

  test(`${kind}: empty batches reach the processor only where it asks for them`, async () => {
    for (const emptyBatches of [undefined, false, true]) {
      let calls = 0
      const processor = { processRecords: () => void calls++, ...(emptyBatches === undefined ? {} : { emptyBatches }) }
      const { daemon } = await begunSession(kind, processor)
      daemon.say(batch())
      await turns()
      assert.deepEqual(daemon.heard(), ['status processRecords'])
      assert.equal(calls, emptyBatches === true ? 1 : 0)
    }
  })

  test(`${kind}: a record that cannot be decoded ends the session before the batch reaches the processor`, async () => {
    let calls = 0
    const played = await begunSession(
      kind,
      { processRecords: () => void calls++ },
      {
        decodeRecords: Object.assign(
          (records: readonly WireRecord[]) => {
            if (records.some(record => record.sequenceNumber === '2'))
              throw new ProtocolError('a stream record without keys')
            return records
          },
          { format: 'kinesis' as const },
        ),
      },
    )
    played.daemon.say(batch(1, 2))
    await turns()
    assert.equal(calls, 0)
    assert.deepEqual(played.daemon.heard(), [])
    assert.match(endError(played).message, /without keys/)
  })

  for (const [what, message] of [
    ['records', batch(1)],
    ['a lost lease', { kind: 'leaseLost' }],
    ['a shard end', { kind: 'shardEnded' }],
    ['an answer to a checkpoint', answered(1)],
  ] as const) {
    test(`fault 16: ${kind}: ${what} before initialize is a protocol error and reaches no user code`, async () => {
      let made = 0
      const played = newSession(kind, {
        factory: () => {
          made++
          return { processRecords() {} }
        },
      })
      played.daemon.say(message)
      await turns()
      assert(endError(played) instanceof ProtocolError)
      assert.equal(made, 0)
      assert.deepEqual(played.daemon.heard(), [])
    })
  }

  test(`fault 16: ${kind}: a batch while another is handled is a protocol error, and no second handler runs`, async () => {
    let calls = 0
    const work = deferred<void>()
    const played = await begunSession(kind, {
      processRecords: () => {
        calls++
        return work.promise
      },
    })
    played.daemon.say(batch(1), batch(2))
    await turns()
    assert(endError(played) instanceof ProtocolError)
    work.resolve()
    await turns()
    assert.equal(calls, 1)
    assert.deepEqual(played.daemon.heard(), [])
  })
}

test('a shard knows its stream, its start and its signal, and its logger names it', async () => {
  const shards: Shard[] = []
  const { daemon, log } = newSession('frames', {
    factory: shard => {
      shards.push(shard)
      shard.logger.info({ extra: 1 }, 'hello')
      return { processRecords() {} }
    },
  })
  daemon.say(initialize('shardId-000000000007', '4958'))
  await turns()
  const [shard] = shards
  assert.equal(shard?.stream, 'clicks')
  assert.equal(shard.applicationName, 'clicks-cache')
  assert.equal(shard.shardId, 'shardId-000000000007')
  assert.deepEqual(shard.startingPosition, { sequenceNumber: '4958', subSequenceNumber: 0 })
  assert.equal(shard.signal.aborted, false)
  assert.deepEqual(log.lines, [
    {
      level: 'info',
      fields: { stream: 'clicks-cache', shardId: 'shardId-000000000007', startingPosition: '4958' },
      message: 'the shard begins',
    },
    { level: 'info', fields: { stream: 'clicks-cache', shardId: 'shardId-000000000007', extra: 1 }, message: 'hello' },
  ])
})

test('over frames the last batch of a closed shard says so', async () => {
  const ends: boolean[] = []
  const { daemon } = await begunSession('frames', { processRecords: ({ atShardEnd }) => void ends.push(atShardEnd) })
  daemon.say({ kind: 'processRecords', records: [wireRecord(1)], millisBehindLatest: null, atShardEnd: true })
  await turns()
  assert.deepEqual(ends, [true])
})

test("KCL 1's shutdown is answered by its own name, for both of its reasons", async () => {
  for (const message of [{ kind: 'shardEnded' }, { kind: 'leaseLost' }] as const) {
    const { daemon, end } = await begunSession('json-lines', {})
    daemon.sayBytes(encodeDaemon('json-lines', message, 'version 2'))
    await turns()
    if (message.kind === 'shardEnded') {
      assert.deepEqual(daemon.heard(), ['checkpoint latest'])
      daemon.say(answered(null))
      await turns()
    }
    assert.deepEqual(daemon.heard(), ['status shutdown'])
    assert.equal(end()?.kind, message.kind)
  }
})

test('a hello and an initialize that name different shards fail the session before any user code', async () => {
  let made = 0
  const played = newSession(
    'frames',
    {
      factory: () => {
        made++
        return { processRecords() {} }
      },
      beforeInitialize: () => Promise.reject(new Error('not reached')),
    },
    'shardId-a',
  )
  played.daemon.say(initialize('shardId-b'))
  await turns()
  assert.match(endError(played).message, /named shardId-a, its initialize shardId-b/)
  assert.equal(made, 0)
})
