import assert from 'node:assert/strict'
import { test } from 'node:test'
import { z } from 'zod'
import {
  type DynamodbRecord,
  deadLetter,
  dynamodbStream,
  eachBatch,
  eachRecord,
  eachShard,
  type KinesisRecord,
  kinesisStream,
  type ProcessorFactory,
  type ShardBatch,
} from '../src/index.ts'
import { assertType } from './support/assert-type.ts'

// Processors as they are written apart from their stream, and with handlers of one line. The compiler is what checks it.

interface Item {
  readonly id: string
}

const clicks = { streamName: 'clicks', applicationName: 'clicks-cache' }
const items = { tableName: 'items', applicationName: 'items-cache' }

test('types: what a client or a collection returns is no matter to handlers and sinks', () => {
  const queue = {
    send: (body: Buffer): Promise<{ readonly MessageId: string }> => Promise.resolve({ MessageId: body.toString() }),
  }
  const seen = new Map<string, Buffer>()
  const page = z.object({ page: z.string() })
  const streams = [
    eachRecord(r => queue.send(r.data), { onPoison: deadLetter(r => queue.send(r.data)) }),
    eachRecord(r => seen.set(r.sequenceNumber, r.data)),
    eachRecord(page, (_value, r) => seen.set(r.sequenceNumber, r.data)),
    eachBatch(() => undefined, { onPoison: deadLetter(r => seen.delete(r.sequenceNumber)) }),
    eachShard((_batches, shard) => queue.send(Buffer.from(shard.shardId))),
  ].map(processor => kinesisStream({ ...clicks, processor }))
  assert.equal(streams.length, 5)
})

test('types: apart from its stream a processor takes Kinesis records, unless it says otherwise', () => {
  const click = z.object({ page: z.string() })
  const kinesis = [
    eachRecord(record => {
      assertType<KinesisRecord>()(record, true)
    }),
    eachRecord(click, (value, record) => {
      assertType<{ page: string }>()(value, true)
      assertType<KinesisRecord>()(record, true)
    }),
    eachBatch(records => {
      assertType<readonly KinesisRecord[]>()(records, true)
    }),
    eachShard(batches => {
      assertType<AsyncIterableIterator<ShardBatch<KinesisRecord>, undefined>>()(batches, true)
    }),
  ]
  const item = z.object({ id: z.string() })
  const ofItems = eachRecord(item, (value, record: DynamodbRecord<Item>) => {
    assertType<{ id: string } | undefined>()(value, true)
    assertType<DynamodbRecord<Item>>()(record, true)
  })
  const plain = eachRecord<DynamodbRecord<Item>>(
    record => {
      assertType<DynamodbRecord<Item>>()(record, true)
    },
    { onPoison: deadLetter(record => record.keys.id) },
  )
  // @ts-expect-error records of a Kinesis stream are not those of a table
  const wrong = dynamodbStream<Item>({ ...items, processor: kinesis[0] as ProcessorFactory<KinesisRecord> })
  const streams = [ofItems, plain].map(processor => dynamodbStream<Item>({ ...items, processor }))
  assert.deepEqual([kinesis.length, streams.length, wrong.type], [4, 2, 'dynamodb'])
})
