// Faults 15 and 16, driven through `tsmld/testing` as a user would, over both codecs.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Deferred, deferred } from '../../src/deferred.ts'
import { ProtocolError, TimeoutError } from '../../src/errors.ts'
import { eachRecord } from '../../src/processors/each-record.ts'
import type { KinesisRecord } from '../../src/records/record.ts'
import type { ProcessorFactory } from '../../src/session/record-processor.ts'
import { type ProtocolFault, testDynamodbShard, testShard } from '../../src/testing/index.ts'
import { checkpointed, errorOf, saving, textOf } from '../support/shard-under-test.ts'

const daemons = ['embedded', 'stock'] as const

/** Notes what runs, and when it ends. */
function noting(calls: string[], works: Deferred<void>[] = []): ProcessorFactory<KinesisRecord> {
  let made = 0
  return ({ signal }) => {
    const n = ++made
    calls.push(`made ${n}`)
    signal.addEventListener('abort', () => calls.push(`aborted ${n}`))
    return {
      emptyBatches: true,
      async processRecords({ records }, checkpointer) {
        calls.push(`began ${n}: ${records.map(textOf).join()}`)
        await works.shift()?.promise
        calls.push(`settled ${n}`)
        await checkpointer.checkpoint().catch(() => calls.push(`not saved ${n}`))
      },
    }
  }
}

const broken: readonly [ProtocolFault, RegExp][] = [
  ['garbage', /JSON/],
  ['oversized', /bytes/],
  ['unterminated', /JSON|inside a batch/],
  ['interleaved', /JSON|inside a batch/],
  ['unknownAction', /unknown/],
]
for (const daemon of daemons)
  for (const [fault, message] of broken)
    test(`fault 15: ${fault} input of the ${daemon} daemon ends its session, reaches no user code, and costs no record`, async () => {
      const calls: string[] = []
      await using shard = await testShard(noting(calls), { daemon })
      await shard.deliver([{ data: 'a' }])
      await shard.breakProtocol(fault)
      const error = errorOf(shard)
      assert.ok(error instanceof ProtocolError, String(error))
      assert.match(error.message, message)
      assert.deepEqual(calls, ['made 1', 'began 1: a', 'settled 1', 'aborted 1'])
      await shard.restart()
      await shard.deliver([{ data: 'b' }])
      assert.deepEqual(calls.slice(4), ['made 2', 'began 2: b', 'settled 2'])
      assert.deepEqual(checkpointed(shard), ['1', '2'])
    })

for (const daemon of daemons)
  test(`fault 15: truncated input of the ${daemon} daemon ends its session, while a handler runs as well`, async () => {
    const calls: string[] = []
    const work = deferred<void>()
    await using shard = await testShard(noting(calls, [work]), { daemon })
    await shard.deliver([{ data: 'a' }])
    await shard.breakProtocol('truncated')
    assert.equal(shard.ended?.kind, 'disconnected')
    assert.ok(errorOf(shard).cause instanceof ProtocolError)
    assert.deepEqual(calls, ['made 1', 'began 1: a', 'aborted 1'])
    assert.equal(await shard.restart(), false)
    assert.equal(calls.length, 3, 'the new session waits for the old handler')
    work.resolve()
    await shard.idle()
    assert.deepEqual(calls.slice(3), ['settled 1', 'not saved 1', 'made 2', 'began 2: a', 'settled 2'])
  })

for (const daemon of daemons)
  test(`fault 15: bytes that come one by one are the same records (${daemon})`, async () => {
    const texts: string[] = []
    await using shard = await testShard(
      eachRecord(record => void texts.push(`${textOf(record)} ${record.partitionKey}`)),
      { daemon, chunkBytes: 1 },
    )
    await shard.deliver([
      { data: 'ä€😀', partitionKey: 'ключ' },
      { data: 'b', partitionKey: 'k' },
    ])
    assert.equal(await shard.endShard(), true)
    assert.deepEqual(texts, ['ä€😀 ключ', 'b k'])
    assert.deepEqual(checkpointed(shard).at(-1), 'SHARD_END')
  })

const disordered: readonly [ProtocolFault, RegExp][] = [
  ['recordsBeforeInitialize', /processRecords while awaitingInitialize/],
  ['initializeAgain', /initialize while idle/],
  ['actionBeforeStatus', /processRecords while (handling|finishing) processRecords/],
]
for (const daemon of daemons)
  for (const [fault, message] of disordered)
    test(`fault 16: ${fault} of the ${daemon} daemon ends its session, and no user code gets the message`, async () => {
      const seen: string[] = []
      await using shard = await testShard(
        () => {
          seen.push('made')
          return { processRecords: ({ records }) => void seen.push(...records.map(textOf)) }
        },
        { daemon },
      )
      await shard.deliver([{ data: 'a' }])
      await shard.breakProtocol(fault)
      assert.ok(errorOf(shard) instanceof ProtocolError)
      assert.match(errorOf(shard).message, message)
      assert.deepEqual(seen, ['made', 'a'])
    })

test('fault 16: a second session under the same lease is refused; a stock daemon has no word for it', async () => {
  await using shard = await testShard(saving)
  assert.equal(shard.repeatHello(), 'this lease has had its session')
  assert.equal(await shard.deliver([{}]), true)
  await using stock = await testShard(saving, { daemon: 'stock' })
  assert.throws(() => stock.repeatHello(), /has no hello/)
})

for (const daemon of daemons)
  test(`fault 16: a newer lease aborts the older session first, and the handlers never overlap (${daemon})`, async () => {
    const calls: string[] = []
    const work = deferred<void>()
    await using shard = await testShard(noting(calls, [work]), { daemon })
    await shard.deliver([{ data: 'a' }])
    assert.equal(await shard.regainLease(), false)
    assert.deepEqual(calls, ['made 1', 'began 1: a', 'aborted 1'])
    await shard.advance(29_000)
    assert.equal(calls.length, 3)
    work.resolve()
    await shard.idle()
    assert.deepEqual(calls.slice(3), ['settled 1', 'not saved 1', 'made 2', 'began 2: a', 'settled 2'])
    assert.deepEqual(checkpointed(shard), ['1'])
    assert.equal(shard.ended, null)
  })

test('fault 16: a newer lease whose older handler does not heed its signal fails, rather than overlap', async () => {
  const calls: string[] = []
  const work = deferred<void>()
  await using shard = await testShard(noting(calls, [work]), { handlerWaitMs: 5_000 })
  await shard.deliver([{ data: 'a' }])
  await shard.regainLease()
  await shard.advance(5_000)
  assert.ok(errorOf(shard) instanceof TimeoutError)
  assert.match(errorOf(shard).message, /An earlier handler .* still runs after 5000 ms/)
  assert.deepEqual(calls, ['made 1', 'began 1: a', 'aborted 1'])
  assert.equal(shard.status().failures, 1)
  work.resolve()
  await shard.advance(0)
  assert.equal(await shard.restart(), true)
  assert.deepEqual(checkpointed(shard), ['1'])
})

test('an idle shard whose lease comes back begins at once, where its checkpoint is', async () => {
  const calls: string[] = []
  await using shard = await testShard(noting(calls))
  await shard.deliver([{ data: 'a' }])
  assert.equal(await shard.regainLease(), true)
  assert.equal(await shard.deliver([{ data: 'b' }]), true)
  assert.deepEqual(calls.slice(3), ['aborted 1', 'made 2', 'began 2: b', 'settled 2'])
})

test("a stock daemon's changes are the adapter's JSON, and its shard ends by KCL 1's shutdown", async () => {
  interface Item {
    readonly id: string
    readonly bytes: Uint8Array
    readonly n: number
  }
  const seen: unknown[] = []
  await using shard = await testDynamodbShard<Item>(
    eachRecord(({ newImage, eventName }) => void seen.push([eventName, newImage])),
    { daemon: 'stock' },
  )
  const item = { id: 'a', bytes: Buffer.from([1, 255]), n: 2 }
  await shard.deliver([{ keys: { id: 'a' }, newImage: item }])
  assert.deepEqual(seen, [['INSERT', { ...item, bytes: new Uint8Array(item.bytes) }]])
  assert.equal(await shard.endShard(), true)
  assert.deepEqual(shard.statuses, ['initialize', 'processRecords', 'shardEnded'])
  assert.deepEqual(shard.ended, { kind: 'shardEnded' })
})

test('over a stock daemon a checkpoint between two actions waits for the next one', async () => {
  let later = (): Promise<void> => Promise.resolve()
  await using shard = await testShard(
    () => ({
      emptyBatches: true,
      processRecords(_, checkpointer) {
        later = () => checkpointer.checkpoint()
      },
    }),
    { daemon: 'stock' },
  )
  await shard.deliver([{}])
  const saved = later()
  await shard.advance(60_000)
  assert.deepEqual(shard.checkpoints, [])
  await shard.deliver([])
  await saved
  assert.deepEqual(checkpointed(shard), ['1'])
})
