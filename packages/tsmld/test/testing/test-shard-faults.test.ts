// The faults of a session that need no JVM, each driven through `tsmld/testing` as a user would.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Deferred, deferred } from '../../src/deferred.ts'
import { CheckpointError, ProtocolError, RecordProcessorError } from '../../src/errors.ts'
import { eachRecord } from '../../src/processors/each-record.ts'
import { eachShard } from '../../src/processors/each-shard.ts'
import { deadLetter } from '../../src/processors/poison.ts'
import type { KinesisRecord } from '../../src/records/record.ts'
import { type TestRecord, type TestShard, testShard } from '../../src/testing/index.ts'
import { checkpointed, errorOf, saving, textOf } from '../support/shard-under-test.ts'

test('fault 1: a processor that throws gets no status, its session ends, and it gets the records after its checkpoint again', async () => {
  const seen: string[] = []
  let sick = true
  await using shard = await testShard(
    eachShard(async batches => {
      for await (const batch of batches) {
        seen.push(...batch.records.map(textOf))
        if (sick && batch.records.some(record => textOf(record) === 'b')) throw new Error('boom')
        await batch.checkpoint()
      }
    }),
  )
  await shard.deliver([{ data: 'a' }])
  assert.equal(await shard.deliver([{ data: 'b' }, { data: 'c' }]), false)
  assert.ok(errorOf(shard) instanceof RecordProcessorError)
  assert.equal(shard.signal.aborted, true)
  assert.deepEqual(shard.statuses, ['initialize', 'processRecords'])
  await assert.rejects(shard.deliver([{ data: 'd' }]), /The session has ended \(failed\)/)
  sick = false
  assert.equal(await shard.restart(), true)
  assert.deepEqual(seen, ['a', 'b', 'c', 'b', 'c'])
  assert.deepEqual(checkpointed(shard), ['1', '3'])
  assert.equal(shard.ended, null)
})

test('fault 2: a throttled checkpoint is asked for again, later', async () => {
  await using shard = await testShard(saving)
  shard.failCheckpoints('ThrottlingException', 3)
  assert.equal(await shard.deliver([{}]), false)
  assert.deepEqual(checkpointed(shard), [])
  await shard.advance(5_000)
  assert.deepEqual(checkpointed(shard), ['1'])
  assert.equal(shard.busy, false)
})

test('fault 3: a checkpoint that tells of a lost lease aborts the signal, and the shard goes as a lost lease', async () => {
  let lost = 0
  await using shard = await testShard(() => ({
    processRecords: async (_, checkpointer) => {
      await assert.rejects(checkpointer.checkpoint(), { reason: 'ShutdownException' })
    },
    leaseLost: () => void lost++,
  }))
  shard.failCheckpoints('ShutdownException')
  assert.equal(await shard.deliver([{}]), true)
  assert.equal(shard.signal.aborted, true)
  assert.equal(lost, 1)
  assert.deepEqual(shard.ended, { kind: 'leaseLost' })
  assert.deepEqual(shard.statuses, ['initialize', 'processRecords', 'leaseLost'])
})

for (const reason of ['InvalidStateException', 'IllegalArgumentException', 'SomethingNewException'])
  test(`fault 4: a checkpoint refused with ${reason} ends the session, named`, async () => {
    await using shard = await testShard(saving)
    shard.failCheckpoints(reason)
    assert.equal(await shard.deliver([{}]), false)
    const error = errorOf(shard)
    assert.ok(error instanceof CheckpointError)
    assert.equal(error.reason, reason)
  })

test('fault 5: a checkpoint that a dependency fails is tried a bounded number of times, and then ends the session', async () => {
  await using shard = await testShard(saving)
  shard.failCheckpoints('KinesisClientLibDependencyException', 100)
  await shard.deliver([{}])
  await shard.advance(10_000)
  assert.equal(shard.ended, null)
  await shard.advance(60_000)
  assert.match(errorOf(shard).message, /KinesisClientLibDependencyException/)
})

test('fault 6: a checkpoint answer that is lost, doubled or unasked for ends the session, and the next one goes on from what was saved', async () => {
  const faults: ((shard: TestShard<TestRecord>) => unknown)[] = [
    shard => shard.loseAnswers(),
    shard => shard.doubleAnswers(),
  ]
  for (const fault of faults) {
    await using shard = await testShard(saving)
    fault(shard)
    await shard.deliver([{}])
    await shard.advance(60_000)
    assert.ok(errorOf(shard) instanceof ProtocolError)
    await shard.restart()
    assert.deepEqual(checkpointed(shard), ['1'])
    assert.equal(shard.ended, null)
  }
  await using unasked = await testShard(saving)
  await unasked.answerUnasked()
  assert.ok(errorOf(unasked) instanceof ProtocolError)
})

test('fault 7: a lease that goes while a handler runs aborts its signal at once, and no checkpoint wins any more', async () => {
  const call = deferred<void>()
  const order: string[] = []
  await using shard = await testShard(({ signal }) => {
    signal.addEventListener('abort', () => order.push('aborted'))
    return {
      async processRecords(_, checkpointer) {
        await call.promise
        await checkpointer.checkpoint().catch((error: unknown) => order.push((error as CheckpointError).reason))
      },
      leaseLost: () => void order.push('leaseLost'),
    }
  })
  await shard.deliver([{}])
  await shard.loseLease()
  assert.deepEqual(order, ['aborted'])
  assert.equal(shard.ended, null)
  call.resolve()
  await shard.idle()
  assert.deepEqual(order, ['aborted', 'ShutdownException', 'leaseLost'])
  assert.deepEqual(shard.ended, { kind: 'leaseLost' })
  assert.deepEqual(shard.checkpoints, [])
})

test('fault 7: an idle shard whose lease goes is told', async () => {
  await using shard = await testShard(saving)
  await shard.loseLease()
  await shard.loseLease()
  assert.deepEqual(shard.statuses, ['initialize', 'leaseLost'])
})

test("fault 8: a shard's end is checkpointed before its status, through throttling too", async () => {
  for (const error of ['ThrottlingException', 'KinesisClientLibDependencyException']) {
    await using shard = await testShard(saving)
    shard.failCheckpoints(error)
    assert.equal(await shard.endShard(), false)
    assert.deepEqual(shard.statuses, ['initialize'])
    await shard.advance(200)
    assert.deepEqual(checkpointed(shard), ['SHARD_END'])
    assert.deepEqual(shard.ended, { kind: 'shardEnded' })
    assert.deepEqual(shard.statuses, ['initialize', 'shardEnded'])
  }
})

test('fault 8: an end that cannot be checkpointed has no status; of a lost lease the status alone', async () => {
  await using refused = await testShard(saving)
  refused.failCheckpoints('InvalidStateException')
  assert.equal(await refused.endShard(), false)
  assert.equal(errorOf(refused).name, 'CheckpointError')
  assert.deepEqual(refused.statuses, ['initialize'])
  await using lost = await testShard(saving)
  lost.failCheckpoints('ShutdownException')
  assert.equal(await lost.endShard(), true)
  assert.deepEqual(lost.ended, { kind: 'leaseLost' })
  assert.deepEqual(lost.checkpoints, [])
})

test('fault 9: a hand-over finishes what runs and checkpoints it; a stop is announced before', async () => {
  for (const way of ['requestShutdown', 'stop'] as const) {
    const calls = [deferred<void>(), deferred<void>()]
    const stopping: boolean[] = []
    await using shard = await testShard(
      eachRecord(
        (record, { stopping: { aborted } }) => {
          stopping.push(aborted)
          return calls[Number(record.sequenceNumber) - 1]?.promise
        },
        { concurrency: 2 },
      ),
    )
    await shard.deliver([{ partitionKey: 'a' }, { partitionKey: 'a' }])
    assert.equal(await shard[way](), false)
    calls[0]?.resolve()
    calls[1]?.resolve()
    await shard.idle()
    assert.deepEqual(stopping, way === 'stop' ? [false] : [false, false])
    assert.equal(checkpointed(shard).at(-1), way === 'stop' ? '1' : '2')
    assert.deepEqual(shard.ended, { kind: 'leaseLost' })
  }
})

test('fault 11: the JVM dies: the session ends uncheckpointed, and the next one waits for the handler of this one', async () => {
  const calls: Deferred<void>[] = []
  await using shard = await testShard(
    eachRecord(() => {
      const call = deferred<void>()
      calls.push(call)
      return call.promise
    }),
  )
  await shard.deliver([{}])
  await shard.disconnect()
  assert.equal(shard.ended?.kind, 'disconnected')
  assert.equal(await shard.restart(), false)
  assert.equal(calls.length, 1)
  calls[0]?.resolve()
  await shard.advance(0)
  assert.equal(calls.length, 2, 'the record comes again, once nothing overlaps')
  calls[1]?.resolve()
  await shard.idle()
  assert.deepEqual(checkpointed(shard), ['1'])
})

test('fault 13: a slow handler holds the next batch back', async () => {
  const call = deferred<void>()
  let begun = 0
  await using shard = await testShard(
    eachRecord(
      () => {
        begun++
        return call.promise
      },
      { concurrency: 2, key: r => r.sequenceNumber },
    ),
  )
  await shard.deliver([{}, {}, {}])
  await shard.deliver([{}, {}, {}])
  await shard.advance(60_000)
  assert.equal(begun, 2)
  assert.deepEqual(shard.statuses, ['initialize'])
  call.resolve()
  await shard.idle()
  assert.equal(begun, 6)
})

test('fault 21: a poison record blocks and is said so; once its sink took it, the checkpoint advances', async () => {
  let down = true
  const poison = (record: KinesisRecord): void => {
    if (textOf(record) === 'bad') throw new Error('poison')
  }
  await using blocking = await testShard(eachRecord(poison))
  await blocking.deliver([{ data: 'good' }, { data: 'bad' }, { data: 'good' }])
  await blocking.advance(600_000)
  assert.deepEqual(checkpointed(blocking), ['1'])
  assert.ok(blocking.log.some(({ level, message }) => level === 'error' && message.includes('blocks the shard')))
  const sink = (): void => {
    if (down) throw new Error('the sink is down')
  }
  await using lettering = await testShard(eachRecord(poison, { onPoison: deadLetter(sink) }))
  await lettering.deliver([{ data: 'bad' }, { data: 'good' }])
  await lettering.advance(600_000)
  assert.deepEqual(checkpointed(lettering), [])
  down = false
  await lettering.advance(10_000)
  assert.deepEqual(checkpointed(lettering), ['2'])
})

test('a processor that cannot be made ends its session', async () => {
  await using shard = await testShard(() => Promise.reject(new Error('no database')))
  assert.match(errorOf(shard).message, /no database/)
  assert.deepEqual(shard.statuses, [])
})
