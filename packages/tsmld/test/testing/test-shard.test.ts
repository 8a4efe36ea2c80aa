import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Deferred, deferred } from '../../src/deferred.ts'
import { eachBatch } from '../../src/processors/each-batch.ts'
import { eachRecord } from '../../src/processors/each-record.ts'
import { moduleProcessor } from '../../src/processors/module-processor.ts'
import type { KinesisRecord } from '../../src/records/record.ts'
import { testDynamodbShard, testShard } from '../../src/testing/index.ts'
import { checkpointed, saving, textOf } from '../support/shard-under-test.ts'

test('records get positions in order, bytes, keys and the virtual time, and the status is seen', async () => {
  const seen: KinesisRecord[] = []
  await using shard = await testShard(eachRecord(record => void seen.push(record)))
  assert.equal(
    await shard.deliver([
      { data: 'a', partitionKey: 'k' },
      { data: Buffer.from([0xff]), sequenceNumber: '10', arrivedAt: 5 },
      { subSequenceNumber: 1, explicitHashKey: '7' },
      {},
    ]),
    true,
  )
  assert.deepEqual(
    seen.map(record => [record.sequenceNumber, record.subSequenceNumber, record.data.toString('hex')]),
    [
      ['1', 0, '61'],
      ['10', 0, 'ff'],
      ['10', 1, ''],
      ['11', 0, ''],
    ],
  )
  assert.deepEqual(
    seen.map(record => record.approximateArrivalTimestamp?.getTime()),
    [shard.nowMs, 5, shard.nowMs, shard.nowMs],
  )
  assert.deepEqual(
    [seen[0]?.partitionKey, seen[1]?.partitionKey, seen[2]?.explicitHashKey, seen[2]?.aggregated, seen[3]?.aggregated],
    ['k', null, '7', true, false],
  )
  assert.deepEqual(shard.statuses, ['initialize', 'processRecords'])
  assert.deepEqual(checkpointed(shard), ['11'])
  assert.equal(shard.status().records, 4)
})

test('a DynamoDB shard takes items in JavaScript values, and gives them back the same', async () => {
  interface Item {
    readonly id: string
    readonly value?: unknown
  }
  const value = {
    text: 'ä',
    numbers: [1, -2.5, 10n ** 30n],
    yes: true,
    no: false,
    none: null,
    bytes: new Uint8Array([1, 2]),
    texts: new Set(['a', 'b']),
    sums: new Set([1, 2]),
    blobs: new Set([new Uint8Array([3])]),
    nothing: undefined,
  }
  const seen: unknown[] = []
  await using shard = await testDynamodbShard<Item>(
    eachRecord(record => {
      seen.push([record.eventName, record.keys, record.newImage, record.oldImage])
    }),
  )
  await shard.deliver([
    { keys: { id: 'a' }, newImage: { id: 'a', value } },
    { keys: { id: 'a' }, newImage: { id: 'a', value: 2 }, oldImage: { id: 'a' } },
    { keys: { id: 'a' }, oldImage: { id: 'a' } },
    { keys: { id: 'a' }, eventName: 'INSERT', streamViewType: 'KEYS_ONLY' },
  ])
  const { nothing, ...kept } = value
  assert.equal(nothing, undefined)
  assert.deepEqual(seen, [
    ['INSERT', { id: 'a' }, { id: 'a', value: kept }, undefined],
    ['MODIFY', { id: 'a' }, { id: 'a', value: 2 }, { id: 'a' }],
    ['REMOVE', { id: 'a' }, undefined, { id: 'a' }],
    ['INSERT', { id: 'a' }, undefined, undefined],
  ])
  assert.equal(checkpointed(shard).at(-1), '4')
  for (const wrong of [() => 1, new Set([1, 'a']), new Set()])
    await assert.rejects(async () => shard.deliver([{ keys: { id: 'a' }, newImage: { id: 'a', value: wrong } }]), {
      name: 'TypeError',
      message: /^The attribute value is /,
    })
})

test('a batch comes when the one before it has its status, as with the KCL', async () => {
  const calls: Deferred<void>[] = []
  await using shard = await testShard(() => ({
    processRecords: () => {
      const call = deferred<void>()
      calls.push(call)
      return call.promise
    },
  }))
  assert.equal(await shard.deliver([{}]), false)
  assert.equal(await shard.deliver([{}]), false)
  assert.equal(calls.length, 1)
  assert.equal(shard.busy, true)
  calls[0]?.resolve()
  await shard.advance(0)
  assert.equal(calls.length, 2)
  calls[1]?.resolve()
  await shard.idle()
  assert.deepEqual(shard.statuses, ['initialize', 'processRecords', 'processRecords'])
})

test('a handler that waits for the world, not for a timer of tsmld, is waited for by idle()', async () => {
  await using shard = await testShard(
    eachRecord(async () => {
      for (let turn = 0; turn < 50; turn++) await new Promise(resolve => setImmediate(resolve))
    }),
  )
  await shard.deliver([{}])
  await shard.endShard()
  assert.equal(shard.busy, true)
  await shard.idle()
  assert.equal(shard.ended?.kind, 'shardEnded')
})

test('eachBatch waits for its timer, which is the virtual clock alone', async () => {
  const batches: string[][] = []
  await using shard = await testShard(
    eachBatch(records => void batches.push(records.map(textOf)), { maxWaitMs: 3_600_000 }),
  )
  await shard.deliver([{ data: 'a' }, { data: 'b' }])
  await shard.advance(3_599_999)
  assert.deepEqual(batches, [])
  await shard.advance(1)
  assert.deepEqual(batches, [['a', 'b']])
  assert.deepEqual(checkpointed(shard), ['2'])
})

test('a processor of a module is imported, and an option names what the shard is called', async () => {
  const module = 'data:text/javascript,'
  await using shard = await testShard(
    shard => {
      assert.equal(shard.shardId, 'shardId-7')
      assert.deepEqual(shard.startingPosition, { sequenceNumber: '5', subSequenceNumber: 2 })
      return saving(shard)
    },
    { shardId: 'shardId-7', startingPosition: { sequenceNumber: '5', subSequenceNumber: 2 } },
  )
  assert.equal(shard.ended, null)
  assert.throws(() => moduleProcessor(module), { code: 'TSMLD_CONFIG' })
  const recorder = moduleProcessor<KinesisRecord>(new URL('../support/recorder.ts', import.meta.url), {
    exportName: 'recorder',
  })
  await using ofModule = await testShard(recorder)
  assert.deepEqual(ofModule.statuses, ['initialize'])
})

test('an option that is unknown or wrong is named', async () => {
  for (const [options, message] of [
    [{ stallTimeoutMs: 5 }, /'stallTimeoutMs' of testShard\(\) must be .* at least 1,?000/],
    [{ startPosition: '5' }, /'startPosition' of testShard\(\) is unknown\. Did you mean 'startingPosition'/],
    [{ startingPosition: 'TRIM_HORIZONT' }, /'startingPosition' of testShard\(\) must be 'TRIM_HORIZON' or/],
    [{ startingPosition: { sequenceNumber: 5, subSequenceNumber: 0 } }, /'startingPosition' .* must be a sentinel/],
    [{ chunkBytes: 0 }, /'chunkBytes' of testShard\(\)/],
    [{ concurrency: 2 }, /'concurrency' of testShard\(\) is unknown\. It belongs to eachRecord\(\)\./],
  ] as const)
    await assert.rejects(testShard(saving, options as object), { code: 'TSMLD_CONFIG', message })
})

test('a sequence number that is none is said', async () => {
  await using shard = await testShard(saving)
  await assert.rejects(
    async () => shard.deliver([{ sequenceNumber: 'x' }]),
    /'sequenceNumber' .* must be a text of decimal digits, not 'x'/,
  )
})
test('closing ends the session, its signal and its timers, twice as once', async () => {
  const shard = await testShard(
    eachRecord(() => {
      throw new Error('poison')
    }),
  )
  await shard.deliver([{}])
  await shard.close()
  await shard.close()
  assert.equal(shard.ended?.kind, 'aborted')
  assert.equal(shard.signal.aborted, true)
  const lines = shard.log.length
  await shard.advance(3_600_000)
  assert.equal(shard.log.length, lines)
})
