// The table's items, how they are written, and what they are in a cache.
import { DeleteItemCommand, type DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb'
import { marshall } from '@aws-sdk/util-dynamodb'
import type { DynamodbRecord, KinesisRecord } from 'tsmld'
import type { CacheWrite } from './redis-scripts.ts'
import type { ScannedImage } from './scan-writes.ts'

/** An item of the table. */
export interface Item {
  readonly id: string
  readonly name: string
  readonly price: number
  /** Grows with every write of this id, also over a removal: a clock's microseconds, or the last version and one where that is greater. */
  readonly version: number
  /** When it was written, in epoch milliseconds: what the lag is measured by. */
  readonly writtenAt: number
  /** DynamoDB's time to live, in epoch seconds. */
  readonly expiresAt?: number
}

/** Puts an item unless the table has a newer one: without the condition two writers could leave the older one with the greater version behind. */
export async function putItem(dynamodb: DynamoDBClient, tableName: string, item: Item): Promise<void> {
  await dynamodb.send(
    new PutItemCommand({
      TableName: tableName,
      Item: marshall(item, { removeUndefinedValues: true }),
      ConditionExpression: 'attribute_not_exists(version) OR version < :version',
      ExpressionAttributeValues: { ':version': { N: String(item.version) } },
    }),
  )
}

/** Removes an item. */
export async function removeItem(dynamodb: DynamoDBClient, tableName: string, id: string): Promise<void> {
  await dynamodb.send(new DeleteItemCommand({ TableName: tableName, Key: { id: { S: id } } }))
}

/** An item as the cache holds it, at its id behind what items' keys begin with. */
export function imageOf(item: Item, items: string): ScannedImage {
  const { id, name, price, version, writtenAt, expiresAt } = item
  const image = { key: `${items}${id}`, body: JSON.stringify({ id, name, price, version, writtenAt }), version }
  return expiresAt === undefined ? image : { ...image, expiresAtMs: expiresAt * 1_000 }
}

/** What a change of the table does to the cache. */
export function itemWrite(change: DynamodbRecord<Item, 'NEW_AND_OLD_IMAGES'>, items: string): CacheWrite {
  if (change.eventName !== 'REMOVE') return { kind: 'put', ...imageOf(change.newImage, items) }
  const { id, version } = change.oldImage
  return { kind: 'remove', key: `${items}${id}`, version }
}

/** An increment, as the Kinesis stream carries it: `{ "counter": "clicks:7", "by": 1 }`. */
export function counterWrite(record: KinesisRecord, counters: string): CacheWrite {
  const { counter, by } = JSON.parse(record.data.toString()) as { counter: string; by: number }
  return { kind: 'add', key: `${counters}${counter}`, by }
}
