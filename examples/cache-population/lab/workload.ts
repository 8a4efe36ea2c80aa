import { setTimeout as delay } from 'node:timers/promises'
import { type AttributeValue, BatchWriteItemCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb'
import type { KinesisClient } from '@aws-sdk/client-kinesis'
import { marshall } from '@aws-sdk/util-dynamodb'
import { putRecords } from 'tsmld-local'
import { type Item, putItem, removeItem } from '../items.ts'

const lanes = 16

/** Writes items and counters, and knows what the counters must be. */
export class Workload {
  readonly #dynamodb: DynamoDBClient
  readonly #tableName: string
  readonly #keys: number
  /** What each counter is after all that was put. */
  readonly counters = new Map<string, number>()
  #version = 0
  changes = 0
  increments = 0

  constructor(dynamodb: DynamoDBClient, tableName: string, keys: number) {
    this.#dynamodb = dynamodb
    this.#tableName = tableName
    this.#keys = keys
  }

  /** Fills the table. */
  async load(onProgress: (loaded: number) => void): Promise<void> {
    let next = 0
    let loaded = 0
    const lane = async () => {
      for (let from = next; from < this.#keys; from = next) {
        next += 25
        const items = Array.from({ length: Math.min(25, this.#keys - from) }, (_, n) => this.#item(from + n))
        let waiting: Record<string, AttributeValue>[] = items.map(item =>
          marshall(item, { removeUndefinedValues: true }),
        )
        while (waiting.length > 0) {
          const requests = waiting.map(Item => ({ PutRequest: { Item } }))
          const answer = await this.#dynamodb.send(
            new BatchWriteItemCommand({ RequestItems: { [this.#tableName]: requests } }),
          )
          waiting = (answer.UnprocessedItems?.[this.#tableName] ?? []).flatMap(({ PutRequest }) =>
            PutRequest?.Item === undefined ? [] : [PutRequest.Item],
          )
        }
        loaded += items.length
        onProgress(loaded)
      }
    }
    await Promise.all(Array.from({ length: 4 }, lane))
  }

  /** Changes items until told to end, at most so many a second: updates, removals, and new items in the place of removed ones. */
  async change(until: AbortSignal, perSecond = Number.POSITIVE_INFINITY): Promise<void> {
    const startedAt = performance.now()
    let made = 0
    // A key belongs to a lane, so that its writes come one after the other.
    const lane = async (lane: number) => {
      const removed = new Set<number>()
      while (!until.aborted) {
        const early = startedAt + (made++ / perSecond) * 1_000 - performance.now()
        if (early > 0) await delay(early)
        // Few keys change often, most seldom.
        const key = Math.floor(Math.random() ** 2 * (this.#keys / lanes)) * lanes + lane
        if (key >= this.#keys) continue
        if (Math.random() < 0.2 && !removed.has(key)) {
          await removeItem(this.#dynamodb, this.#tableName, String(key))
          removed.add(key)
        } else {
          await putItem(this.#dynamodb, this.#tableName, this.#item(key))
          removed.delete(key)
        }
        this.changes++
      }
    }
    await Promise.all(Array.from({ length: lanes }, (_, n) => lane(n)))
  }

  /** Puts increments until told to end or so many were put, about 2,000 a second. */
  async count(kinesis: KinesisClient, streamName: string, until: AbortSignal, most: number): Promise<void> {
    while (!until.aborted && this.increments < most) {
      const records = Array.from({ length: 200 }, () => {
        const [counter, by] = [`clicks:${String(Math.floor(Math.random() * 50))}`, 1 + Math.floor(Math.random() * 3)]
        this.counters.set(counter, (this.counters.get(counter) ?? 0) + by)
        return { PartitionKey: counter, Data: Buffer.from(JSON.stringify({ counter, by })) }
      })
      await putRecords(kinesis, streamName, records)
      this.increments += records.length
      await delay(100)
    }
  }

  #item(key: number): Item {
    const now = Date.now()
    this.#version = Math.max(this.#version + 1, now * 1_000)
    const item = { id: String(key), name: `item ${String(key)}`, price: Math.round(Math.random() * 1e6) / 100 }
    // Some expire at once, some much later.
    const seconds = Math.random() < 0.1 ? (Math.random() < 0.5 ? 1 : 3_600) : undefined
    const times = { version: this.#version, writtenAt: now }
    return seconds === undefined
      ? { ...item, ...times }
      : { ...item, ...times, expiresAt: Math.floor(now / 1_000) + seconds }
  }
}
