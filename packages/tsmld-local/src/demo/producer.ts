import { DeleteItemCommand, type DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb'
import type { KinesisClient, PutRecordsRequestEntry } from '@aws-sdk/client-kinesis'
import { KplAggregator } from 'tsmld/kpl'
import { putRecords, splitShard } from '../streams.ts'
import type { Ledger } from './ledger.ts'
import { type ItemChange, itemChanges, type KinesisPut, kinesisPuts, recordData } from './workload.ts'

/** Where a part of the work is put, and who keeps account. */
export interface KinesisTarget {
  readonly kinesis: KinesisClient
  readonly streamName: string
  readonly ledger: Ledger
}

/** Where items are changed, and who keeps account. */
export interface ItemTarget {
  readonly dynamodb: DynamoDBClient
  readonly tableName: string
  readonly ledger: Ledger
}

const putsOfARequest = 250
const itemsAtOnce = 8

/** Puts all Kinesis records, the first of them at once, so that a cold start has something to find, the others when `go` resolves; splits a shard midway. */
export async function produceRecords(target: KinesisTarget, go: Promise<unknown>): Promise<void> {
  const puts = kinesisPuts()
  const middle = Math.floor(puts.length / 2)
  await putAll(target, puts.slice(0, putsOfARequest))
  await go
  await putAll(target, puts.slice(putsOfARequest, middle))
  await splitShard(target.kinesis, target.streamName)
  await putAll(target, puts.slice(middle))
}

/** Changes all items, a few of them at once, so that a cold start has something to find, the others when `go` resolves. */
export async function produceChanges(target: ItemTarget, go: Promise<unknown>): Promise<void> {
  const changes = itemChanges()
  await changeAll(target, changes.slice(0, itemsAtOnce))
  await go
  await changeAll(target, changes.slice(itemsAtOnce))
}

async function putAll({ kinesis, streamName, ledger }: KinesisTarget, puts: readonly KinesisPut[]): Promise<void> {
  for (let start = 0; start < puts.length; start += putsOfARequest) {
    const some = puts.slice(start, start + putsOfARequest)
    // Noted before it is put, because it may come back before the answer does.
    for (const identity of some.flat()) ledger.produced(identity)
    await putRecords(kinesis, streamName, some.map(toEntry))
  }
}

function toEntry(put: KinesisPut): PutRecordsRequestEntry {
  const [first] = put
  if (put.length === 1) return { PartitionKey: first.key, Data: Buffer.from(recordData(first)) }
  const aggregator = new KplAggregator()
  for (const identity of put) aggregator.add({ partitionKey: identity.key, data: Buffer.from(recordData(identity)) })
  return { PartitionKey: first.key, Data: aggregator.flush()?.data }
}

async function changeAll(target: ItemTarget, items: readonly (readonly ItemChange[])[]): Promise<void> {
  const waiting = items.values()
  const lane = async (): Promise<void> => {
    for (const changes of waiting) for (const change of changes) await apply(target, change)
  }
  await Promise.all(Array.from({ length: itemsAtOnce }, lane))
}

async function apply({ dynamodb, tableName, ledger }: ItemTarget, change: ItemChange): Promise<void> {
  ledger.produced(change)
  const { key, n } = change
  switch (change.action) {
    case 'insert':
    case 'modify':
      await dynamodb.send(new PutItemCommand({ TableName: tableName, Item: { id: { S: key }, n: { N: String(n) } } }))
      return
    case 'remove':
      await dynamodb.send(new DeleteItemCommand({ TableName: tableName, Key: { id: { S: key } } }))
      return
  }
}
