import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as v from 'valibot'
import { z } from 'zod'
import {
  batchProcessor,
  type Checkpointer,
  createRuntime,
  type DynamodbModify,
  type DynamodbRecord,
  deadLetter,
  dynamodbStream,
  eachBatch,
  eachRecord,
  eachShard,
  type Flusher,
  type FlushKind,
  type FlushToken,
  type KinesisRecord,
  kinesisStream,
  moduleProcessor,
  type Position,
  type ProcessorFactory,
  type RecordContext,
  type RecordProcessor,
  type SavedCheckpoint,
  type Shard,
  type ShardBatch,
  streamFromProperties,
  TsmldError,
} from '../src/index.ts'
import { assertType } from './support/assert-type.ts'

// What an editor knows of a user's code. The compiler is what checks it; the definitions are made as well, and asserted on.

interface Item {
  readonly id: string
  readonly visits: number
}

const clicks = { streamName: 'clicks', applicationName: 'clicks-cache' }
const items = { tableName: 'items', applicationName: 'items-cache' }

test('types: eachRecord knows the records of a Kinesis stream, and the shard, without being told', () => {
  const stream = kinesisStream({
    ...clicks,
    processor: eachRecord((record, context) => {
      assertType<KinesisRecord>()(record, true)
      assertType<RecordContext>()(context, true)
      // @ts-expect-error a Kinesis record has no images
      assert.equal(record.newImage, undefined)
    }),
  })
  assert.equal(stream.type, 'kinesis')
})

test('types: eachRecord knows the items of a DynamoDB stream', () => {
  const stream = dynamodbStream<Item>({
    ...items,
    processor: eachRecord((record, { signal }) => {
      assertType<DynamodbRecord<Item>>()(record, true)
      assertType<AbortSignal>()(signal, true)
      // @ts-expect-error the view is not known: there may be no image
      record.newImage.id.at(0)
      if (record.streamViewType === 'NEW_IMAGE' && record.eventName === 'INSERT') record.newImage.id.at(0)
    }),
  })
  assert.equal(stream.type, 'dynamodb')
})

test('types: with its view type a DynamoDB stream has the images of that view', () => {
  const stream = dynamodbStream<Item, 'NEW_AND_OLD_IMAGES'>({
    ...items,
    processor: eachRecord(async (record, context) => {
      assertType<RecordContext>()(context, true)
      if (record.eventName === 'MODIFY') {
        assertType<DynamodbModify<Item, 'NEW_AND_OLD_IMAGES'>>()(record, true)
        assertType<Item>()(record.oldImage, true)
        // @ts-expect-error an item has no such attribute
        await Promise.resolve(record.newImage.clicks)
      }
      // @ts-expect-error what was removed has no new image
      if (record.eventName === 'REMOVE') await Promise.resolve(record.newImage.id)
    }),
  })
  assert.equal(stream.type, 'dynamodb')
})

test("types: a schema's handler knows the value, and the record", () => {
  const click = z.object({ page: z.string(), at: z.string().transform(text => new Date(text)) })
  const ofClicks = kinesisStream({
    ...clicks,
    processor: eachRecord(
      click,
      (value, record, context) => {
        assertType<{ page: string; at: Date }>()(value, true)
        assertType<KinesisRecord>()(record, true)
        assertType<RecordContext>()(context, true)
      },
      { concurrency: 10, filter: ({ partitionKey }) => partitionKey !== null },
    ),
  })
  const ofItems = dynamodbStream<Item>({
    ...items,
    processor: eachRecord(v.object({ id: v.string(), visits: v.number() }), async (value, record) => {
      assertType<{ id: string; visits: number } | undefined>()(value, true)
      assertType<DynamodbRecord<Item>>()(record, true)
      await Promise.resolve()
    }),
  })
  assert.deepEqual([ofClicks.type, ofItems.type], ['kinesis', 'dynamodb'])
})

test('types: eachBatch and eachShard know the records of their stream', () => {
  const batches = kinesisStream({
    ...clicks,
    processor: eachBatch(
      async (records, context) => {
        assertType<readonly KinesisRecord[]>()(records, true)
        assertType<RecordContext>()(context, true)
        await Promise.resolve()
        return records.length > 1 ? { failed: records.slice(1) } : undefined
      },
      { maxRecords: 10, onPoison: deadLetter(record => void record.data) },
    ),
  })
  const whole = dynamodbStream<Item, 'NEW_IMAGE'>({
    ...items,
    processor: eachShard(async (pulled, shard) => {
      assertType<Shard>()(shard, true)
      for await (const batch of pulled) {
        assertType<ShardBatch<DynamodbRecord<Item, 'NEW_IMAGE'>>>()(batch, true)
        await batch.checkpoint(batch.records[0])
      }
    }),
  })
  assert.deepEqual([batches.type, whole.type], ['kinesis', 'dynamodb'])
})

test('types: batchProcessor makes flushers for the records of its stream', () => {
  class Images implements Flusher<DynamodbRecord<Item, 'NEW_IMAGE'>> {
    readonly #tokens: FlushToken[] = []

    add(record: DynamodbRecord<Item, 'NEW_IMAGE'>, token: FlushToken) {
      if (record.newImage === undefined) return 'ignored'
      assertType<number>()(record.newImage.visits, true)
      this.#tokens.push(token)
      return 'added'
    }

    flush() {
      return this.#tokens.splice(0)
    }
  }
  const images = dynamodbStream<Item, 'NEW_IMAGE'>({
    ...items,
    processor: batchProcessor({ flusher: () => new Images(), subSequenceCheckpoints: false }),
  })
  const datas = kinesisStream({
    ...clicks,
    processor: batchProcessor({
      flusher: shard => {
        assertType<Shard>()(shard, true)
        return {
          add(record, token, delayMs) {
            assertType<KinesisRecord>()(record, true)
            assertType<FlushToken>()(token, true)
            assertType<number | null>()(delayMs, true)
            return 'ignored'
          },
          flush(kind) {
            assertType<FlushKind>()(kind, true)
            return Promise.resolve([])
          },
        }
      },
      onCheckpoint: checkpoint => {
        assertType<SavedCheckpoint>()(checkpoint, true)
      },
    }),
  })
  // @ts-expect-error a number is no token
  const wrong: Flusher<KinesisRecord> = { add: () => 'added', flush: () => [1] }
  assert.deepEqual([images.type, datas.type, wrong.flush('full')], ['dynamodb', 'kinesis', [1]])
})

test('types: without an item its attributes are unknown', () => {
  const stream = dynamodbStream({
    ...items,
    processor: eachRecord(record => {
      assertType<DynamodbRecord>()(record, true)
      assertType<Readonly<Partial<Record<string, unknown>>>>()(record.keys, true)
    }),
  })
  assert.equal(stream.type, 'dynamodb')
})

test('types: a processor may be a class, and is made for records of its stream only', () => {
  class Clicks implements RecordProcessor<KinesisRecord> {
    async processRecords({ records }: { readonly records: readonly KinesisRecord[] }, checkpointer: Checkpointer) {
      await checkpointer.checkpoint(records.at(-1))
    }
  }
  assert.equal(kinesisStream({ ...clicks, processor: () => new Clicks() }).type, 'kinesis')
  const ofItems: ProcessorFactory<DynamodbRecord<Item>> = eachRecord(({ keys }) => void keys.id)
  assert.equal(dynamodbStream({ ...items, processor: ofItems }).type, 'dynamodb')
  // @ts-expect-error a processor of another type of stream
  assert.equal(kinesisStream({ ...clicks, processor: ofItems }).type, 'kinesis')
  const eachChange = eachRecord((record: DynamodbRecord) => void record.keys)
  // @ts-expect-error a handler of another type of record
  assert.equal(kinesisStream({ ...clicks, processor: eachChange }).type, 'kinesis')
  // @ts-expect-error no processor
  assert.equal(kinesisStream({ ...clicks }).type, 'kinesis')
})

test('types: a stream out of a properties file takes a handler of either record', () => {
  const ofClicks = (): unknown =>
    streamFromProperties(
      '/nowhere',
      eachRecord((record: KinesisRecord) => void record.data),
    )
  const ofItems = (): unknown =>
    streamFromProperties(
      '/nowhere',
      eachRecord((record: DynamodbRecord<Item>) => void record.keys.id),
    )
  const eachText = eachRecord((record: Position & { readonly text: string }) => void record.text)
  // @ts-expect-error neither type of record
  const ofTexts = (): unknown => streamFromProperties('/nowhere', eachText)
  for (const read of [ofClicks, ofItems, ofTexts]) assert.throws(read, TsmldError)
})

test('types: streams of both types stand in one runtime, and options are checked', () => {
  const processor = (): RecordProcessor<KinesisRecord | DynamodbRecord> => ({ processRecords() {} })
  const runtime = createRuntime({
    streams: [kinesisStream({ ...clicks, processor }), dynamodbStream({ ...items, processor })],
    defaults: { region: 'eu-west-1' },
    onStreamFailed: (error, stream) => (error.retryable && stream === 'clicks-cache' ? 'continue' : 'stop'),
  })
  assert.equal(runtime.status().state, 'created')
  // @ts-expect-error an option that does not exist
  assert.throws(() => createRuntime({ streams: [kinesisStream({ ...clicks, processor })], restart: 3 }), TsmldError)
})

test("types: a module's processor fits every stream", () => {
  const processor = moduleProcessor('file:///clicks.js')
  const streams = [
    kinesisStream({ ...clicks, processor }),
    kinesisStream({ ...clicks, processor: moduleProcessor(new URL('file:///clicks.js'), { exportName: 'clicks' }) }),
    dynamodbStream<Item>({ ...items, processor: moduleProcessor('file:///items.js') }),
    dynamodbStream({ ...items, processor }),
  ]
  assert.equal(streams.length, 4)
})
