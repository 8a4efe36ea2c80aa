import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as api from 'tsmld/testing'
import {
  recordShard,
  type TestChange,
  type TestRecord,
  type TestShard,
  testDynamodbShard,
  testShard,
} from 'tsmld/testing'
import {
  ConfigError,
  dynamodbStream,
  eachBatch,
  eachRecord,
  eachShard,
  type KinesisRecord,
  kinesisStream,
} from '../../src/index.ts'
import type { DynamodbRecord } from '../../src/records/dynamodb-record.ts'
import { assertType } from '../support/assert-type.ts'

// What an editor knows of a user's test. The compiler is what checks it; it runs as well.

interface Item {
  readonly id: string
  readonly visits: number
}

test('the entry has these functions, and no more', () => {
  assert.deepEqual(Object.keys(api).sort(), [
    'recordShard',
    'replayDynamodbShard',
    'replayShard',
    'testDynamodbShard',
    'testShard',
  ])
})

test('types: a Kinesis shard knows the records of its handler, and takes partial ones', async () => {
  await using shard = await testShard(eachRecord(record => assertType<KinesisRecord>()(record, true)))
  assertType<TestShard<TestRecord>>()(shard, true)
  assert.equal(await shard.deliver([{ data: 'text' }, { data: new Uint8Array(1) }, {}]), true)
  // @ts-expect-error a record has no keys
  const deliver = () => shard.deliver([{ keys: {} }])
  await assert.rejects(async () => deliver(), ConfigError)
  // @ts-expect-error a processor of another type of stream
  await using wrong = await testShard(eachRecord((record: DynamodbRecord) => void record.eventName))
  assert.equal(wrong.ended, null)
})

test('types: a DynamoDB shard knows its items', async () => {
  await using shard = await testDynamodbShard<Item>(
    eachBatch(records => assertType<readonly DynamodbRecord<Item>[]>()(records, true)),
  )
  assertType<TestShard<TestChange<Item>>>()(shard, true)
  await shard.deliver([{ keys: { id: 'a' }, newImage: { id: 'a', visits: 1 } }])
  // @ts-expect-error an item without its visits
  await shard.deliver([{ keys: { id: 'a' }, newImage: { id: 'a' } }])
  // @ts-expect-error a change has keys
  const deliver = () => shard.deliver([{ newImage: { id: 'a', visits: 1 } }])
  await assert.rejects(async () => deliver(), ConfigError)
  await using unknown = await testDynamodbShard(eachRecord(record => assertType<DynamodbRecord>()(record, true)))
  assert.equal(unknown.ended, null)
})

test('types: what is recorded stays a processor of its stream', () => {
  const ofClicks = kinesisStream({
    streamName: 'clicks',
    applicationName: 'clicks',
    processor: recordShard(
      eachRecord((record: KinesisRecord) => void record.data),
      'recordings',
    ),
  })
  const ofItems = dynamodbStream<Item>({
    tableName: 'items',
    applicationName: 'items',
    processor: recordShard(
      eachShard<DynamodbRecord<Item>>(async batches => {
        for await (const batch of batches) void batch.records
      }),
      'recordings',
      { maxBytes: 1_000 },
    ),
  })
  assert.deepEqual([ofClicks.type, ofItems.type], ['kinesis', 'dynamodb'])
})
