import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type AttributeValue, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb'
import { unmarshall } from '@aws-sdk/util-dynamodb'
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

/** Lists and maps in each other, so deep, around a text. */
const nested = (levels: number): AttributeValue =>
  levels === 0 ? { S: 'the bottom' } : levels % 2 === 0 ? { L: [nested(levels - 1)] } : { M: { m: nested(levels - 1) } }

// Without an empty map: DynamoDB Local's streams give one no type at all.
const everyType: Readonly<Record<string, AttributeValue>> = {
  text: { S: 'Zürich, 日本語, 🎉 and \u0000' },
  emptyText: { S: '' },
  longText: { S: 'ab'.repeat(2_000) },
  whole: { N: '42' },
  decimal: { N: '-0.001' },
  beyondDoubles: { N: '9007199254740993' },
  great: { N: '1.5E+120' },
  small: { N: '1E-130' },
  bytes: { B: Uint8Array.from([0, 1, 127, 128, 255]) },
  emptyBytes: { B: new Uint8Array() },
  yes: { BOOL: true },
  no: { BOOL: false },
  nothing: { NULL: true },
  emptyList: { L: [] },
  map: {
    M: { schlüssel: { S: 'x' }, inner: { M: { list: { L: [{ N: '1' }, { NULL: true }, { L: [{ SS: ['y'] }] }] } } } },
  },
  texts: { SS: ['a', 'ß', '🎉'] },
  numbers: { NS: ['1', '-2.5', '9007199254740993'] },
  binaries: { BS: [Uint8Array.of(255), Uint8Array.of(0, 255)] },
  deep: nested(31),
  __proto__x: { S: 'a name' },
  ['n'.repeat(200)]: { S: 'a long name' },
}
const pi = '3.1415926535897932384626433832795028841'

real('attributes of every type come as the AWS SDK reads them, with numbers either way', async lab => {
  const { stack } = lab
  const { tableName } = await stack.createTable()
  const TableName = tableName
  const put = (Item: Record<string, AttributeValue>) => stack.dynamodb.send(new PutItemCommand({ TableName, Item }))
  const stored = async (id: string): Promise<Record<string, AttributeValue>> => {
    const { Item } = await stack.dynamodb.send(
      new GetItemCommand({ TableName, Key: { id: { S: id } }, ConsistentRead: true }),
    )
    return Item ?? assert.fail('the item is not there')
  }
  await put({ id: { S: 'exact' }, ...everyType })
  await put({ id: { S: 'precise' }, pi: { N: pi }, set: { NS: [pi, '1'] } })
  const [exact, precise] = [await stored('exact'), await stored('precise')]
  await put({ id: { S: 'exact' }, replaced: { BOOL: true } })
  await stack.deleteItem(tableName, 'precise')

  const came = { number: [] as DynamodbRecord[], string: [] as DynamodbRecord[] }
  const stream = (numbers: 'number' | 'string') =>
    dynamodbStream({
      tableName,
      applicationName: uniqueName(numbers),
      numbers,
      processor: eachRecord(record => void came[numbers].push(record)),
    })
  const runtime = lab.runtime({ sharedDaemon: true, streams: [stream('number'), stream('string')] })
  await runtime.start()
  await eventually('both streams had four changes', () => came.number.length === 4 && came.string.length === 4, 90_000)

  const change = (numbers: 'number' | 'string', eventName: string, id: string): DynamodbRecord =>
    came[numbers].find(record => record.eventName === eventName && record.keys['id'] === id) ?? assert.fail(eventName)
  assert.deepEqual(change('number', 'INSERT', 'exact').newImage, unmarshall(exact))
  assert.deepEqual(change('number', 'MODIFY', 'exact').oldImage, unmarshall(exact))
  assert.deepEqual(change('number', 'MODIFY', 'exact').newImage, { id: 'exact', replaced: true })
  assert.throws(() => change('number', 'INSERT', 'precise').newImage, RangeError)

  const asTexts = (item: Record<string, AttributeValue>) => unmarshall(item, { wrapNumbers: text => text })
  assert.deepEqual(change('string', 'INSERT', 'exact').newImage, asTexts(exact))
  assert.deepEqual(change('string', 'REMOVE', 'precise').oldImage, asTexts(precise))
  assert.deepEqual(change('string', 'REMOVE', 'precise').oldImage, { id: 'precise', pi, set: new Set([pi, '1']) })
  await runtime.stop()
})

test('fault 19: a DynamoDB stream that is to begin at a timestamp is a ConfigError', () => {
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
