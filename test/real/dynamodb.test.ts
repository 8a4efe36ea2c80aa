import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ConfigError, createRuntime, type DynamodbRecord, dynamodbStream, eachRecord } from 'tsmld'
import { real } from './support/lab.ts'
import { assertExactlyOnce, type Identity } from './support/oracle.ts'
import { type Item, itemSink } from './support/sink.ts'
import { eventually, uniqueName } from './support/stack.ts'

real(
  'the changes of tables arrive, by table name and by ARN, and a second runtime resumes with nothing lost or twice',
  async lab => {
    const { t, stack, note, linesOf } = lab
    const [both, keysOnly] = await Promise.all([stack.createTable(), stack.createTable('KEYS_ONLY')])
    const byName = uniqueName('by-name')
    const byArn = uniqueName('by-arn')
    const images: DynamodbRecord<Item, 'NEW_AND_OLD_IMAGES'>[] = []
    const keys: DynamodbRecord<Item, 'KEYS_ONLY'>[] = []
    const run = () => {
      const make = itemSink(note)
      return lab.runtime({
        sharedDaemon: true,
        streams: [
          dynamodbStream<Item, 'NEW_AND_OLD_IMAGES'>({
            tableName: both.tableName,
            applicationName: byName,
            processor: async shard => {
              const processor = await make(shard)
              return {
                ...processor,
                processRecords: (batch, checkpointer) => {
                  images.push(...batch.records)
                  return processor.processRecords(batch, checkpointer)
                },
              }
            },
          }),
          dynamodbStream<Item, 'KEYS_ONLY'>({
            streamArn: keysOnly.streamArn,
            applicationName: byArn,
            processor: eachRecord(record => void keys.push(record)),
          }),
        ],
      })
    }
    const life = (ids: readonly string[]): Identity[] => ids.flatMap(key => [1, 2, 3].map(n => ({ key, n })))
    const live = async (table: string, id: string): Promise<void> => {
      await stack.putItem(table, id, 1)
      await stack.updateItem(table, id, 2)
      await stack.deleteItem(table, id)
    }
    await Promise.all([live(both.tableName, 'a'), live(both.tableName, 'b'), live(keysOnly.tableName, 'a')])
    const started = performance.now()
    const runtime = run()
    await runtime.start()

    await t.test('an insert, a modification and a removal come with the images of the view', async () => {
      await lab.arrival(byName, life(['a', 'b']))
      t.diagnostic(`cold start, two DynamoDB streams in one JVM: ${Math.round(performance.now() - started)} ms`)
      assertExactlyOnce(life(['a', 'b']), linesOf(byName))
      const [insert, modify, remove, ...others] = images.filter(({ keys }) => keys.id === 'a')
      assert.deepEqual(others, [])
      assert.deepEqual(
        [insert, modify, remove].map(change => [change?.eventName, change?.oldImage, change?.newImage]),
        [
          ['INSERT', undefined, { id: 'a', n: 1 }],
          ['MODIFY', { id: 'a', n: 1 }, { id: 'a', n: 2 }],
          ['REMOVE', { id: 'a', n: 2 }, undefined],
        ],
      )
      for (const change of images) {
        assert.equal(change.streamViewType, 'NEW_AND_OLD_IMAGES')
        assert.match(change.sequenceNumber, /^\d+$/)
        assert.ok(change.approximateCreationDateTime instanceof Date)
        assert.ok((change.sizeBytes ?? 0) > 0)
        assert.equal(change.userIdentity, null)
      }
      assert.equal(new Set(images.map(({ eventId }) => eventId)).size, images.length)
    })

    await t.test('a stream given by its ARN has the keys alone where its view says so', async () => {
      await eventually('three changes came', () => keys.length === 3)
      assert.deepEqual(
        keys.map(({ eventName, keys, newImage, oldImage }) => [eventName, keys, newImage, oldImage]),
        ['INSERT', 'MODIFY', 'REMOVE'].map(name => [name, { id: 'a' }, undefined, undefined]),
      )
    })

    await t.test('a second runtime resumes from the checkpoints', async () => {
      await lab.checkpoints(byName)
      await runtime.stop()
      await Promise.all([live(both.tableName, 'c'), live(keysOnly.tableName, 'b')])
      const again = run()
      await again.start()
      await lab.arrival(byName, life(['a', 'b', 'c']))
      await eventually('three more changes came', () => keys.length >= 6)
      await again.stop()
      assertExactlyOnce(life(['a', 'b', 'c']), linesOf(byName))
      assert.deepEqual(
        keys.map(({ keys }) => keys.id),
        ['a', 'a', 'a', 'b', 'b', 'b'],
      )
    })
  },
)

test('a DynamoDB stream that is to begin at a timestamp is a ConfigError (19)', () => {
  const stream = dynamodbStream({
    tableName: 'items',
    applicationName: 'items-cache',
    region: 'eu-west-1',
    initialPosition: { atTimestamp: new Date() },
    processor: eachRecord(() => {}),
  })
  assert.throws(
    () => createRuntime({ streams: [stream] }),
    (error: unknown) => {
      assert.ok(error instanceof ConfigError)
      assert.match(error.message, /initialPosition/)
      return true
    },
  )
})
