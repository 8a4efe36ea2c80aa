// Fills a cache from the table while its stream runs: a parallel scan, then a sweep of what the table no longer has. The fences decide whatever comes at the same time.
import { setTimeout as delay } from 'node:timers/promises'
import { BatchGetItemCommand, DescribeTableCommand, type DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb'
import { unmarshall } from '@aws-sdk/util-dynamodb'
import type { CacheKeys } from './cache-keys.ts'
import { type Item, imageOf } from './items.ts'
import { fenceKey, type RedisClient } from './redis-scripts.ts'
import { itemsRetention } from './retention.ts'
import { removeGone, writeScanned } from './scan-writes.ts'
import { SeedProgress } from './seed-progress.ts'

/** What a seeding works with. */
export interface Seeding {
  readonly dynamodb: DynamoDBClient
  readonly tableName: string
  readonly client: RedisClient
  readonly keys: CacheKeys
  /** How many segments are scanned side by side. */
  readonly segments: number
  /** How long the fences of what is gone are kept. @default as the table's stream has it */
  readonly tombstoneMs?: number
  /** Ends it: the next seeding goes on where it was. */
  readonly signal?: AbortSignal
  /** How long a new seeding waits for all shards to find out what was lost. @default 5_000 */
  readonly settleMs?: number
  readonly onProgress?: (progress: SeedLine) => void
}

/** How far a seeding is. */
export interface SeedLine {
  readonly phase: 'scanning' | 'sweeping' | 'done'
  /** Items read, those of an interrupted run included. */
  readonly items: number
  /** About how many the table has: DynamoDB counts every six hours. */
  readonly ofItems: number
  readonly itemsPerSecond: number
  /** Null while nothing can be said. */
  readonly secondsLeft: number | null
  /** What was newer than the cache's. */
  readonly written: number
  /** Keys that the table no longer had. */
  readonly removed: number
}

const pageItems = 500
const keysPerCall = 100

/**
 * Seeds a cache, or goes on with a seeding that was interrupted. A Redis that is away is waited for; one that lost its data is seeded from the beginning.
 * @throws Error when another seeding of this cache runs, or when the cache lost changes meanwhile; the reason of `signal`.
 */
export async function seed(seeding: Seeding): Promise<SeedLine> {
  const { client, keys, segments, settleMs = 5_000, signal } = seeding
  for (let isAnew = false; ; isAnew = true) {
    const progress = await SeedProgress.begin(client, keys, { segments, isAnew, settleMs, signal })
    try {
      return await seedOnce(seeding, progress)
    } catch (error) {
      signal?.throwIfAborted()
      if (!progress.isGone) throw error
      process.stderr.write(
        'The cache lost its data while it was seeded, or was away for long: the seeding begins again with what is left of it there.\n',
      )
    } finally {
      await progress.release()
    }
  }
}

async function seedOnce(seeding: Seeding, progress: SeedProgress): Promise<SeedLine> {
  const meter = new Meter(await countItems(seeding), progress.items, seeding.onProgress)
  await Promise.all(
    Array.from({ length: seeding.segments }, (_, segment) => scanSegment(seeding, segment, progress, meter)),
  )
  meter.scanned()
  if (progress.sweeps) await sweep(seeding, progress, meter)
  const counters = await progress.finish()
  if (counters !== null)
    process.stderr.write(
      `The counters lost increments, which no seeding brings back, and say so no longer: ${counters}\n`,
    )
  meter.phase = 'done'
  return meter.line()
}

async function scanSegment(
  { dynamodb, tableName, client, keys, segments, tombstoneMs = itemsRetention.tombstoneMs, signal }: Seeding,
  segment: number,
  progress: SeedProgress,
  meter: Meter,
): Promise<void> {
  for (let from = progress.from(segment); from !== 'done'; ) {
    signal?.throwIfAborted()
    const { Items = [], LastEvaluatedKey: last } = await dynamodb.send(
      new ScanCommand({
        TableName: tableName,
        Segment: segment,
        TotalSegments: segments,
        Limit: pageItems,
        // So that what the scan does not find can be taken as gone.
        ConsistentRead: true,
        ...(from === undefined ? {} : { ExclusiveStartKey: from }),
      }),
      untilAborted(signal),
    )
    const images = Items.map(item => imageOf(unmarshall(item) as Item, keys.items))
    for (let at = 0; at < images.length; at += keysPerCall) {
      const some = images.slice(at, at + keysPerCall)
      meter.wrote(await progress.patiently(() => writeScanned(client, some, tombstoneMs)))
    }
    from = last ?? 'done'
    await progress.save(segment, from, images.length)
    meter.add(images.length)
  }
}

/** Asks the table for every key that the cache has, and removes those that it does not know, unless a change came meanwhile. */
async function sweep(seeding: Seeding, progress: SeedProgress, meter: Meter): Promise<void> {
  const { client, tombstoneMs = itemsRetention.tombstoneMs, signal } = seeding
  const { items } = seeding.keys
  for (let cursor: string | null = null; cursor !== '0'; ) {
    signal?.throwIfAborted()
    const [next, names] = (await progress.patiently(() =>
      client.sendCommand(['SCAN', cursor ?? '0', 'MATCH', `${items}*`, 'COUNT', '1000']),
    )) as [string, string[]]
    cursor = next
    // SCAN may name a key twice, and DynamoDB refuses to be asked for it twice.
    const keys = [...new Set(names)]
    for (let at = 0; at < keys.length; at += keysPerCall) {
      const some = keys.slice(at, at + keysPerCall)
      // The fences before the table: what comes in between changes them.
      const fences = (await progress.patiently(() => client.sendCommand(['MGET', ...some.map(fenceKey)]))) as (
        | string
        | null
      )[]
      const there = await whichExist(
        seeding,
        some.map(key => key.slice(items.length)),
      )
      const gone = some.flatMap((key, index) => {
        const fence = fences[index]
        return fence == null || there.has(key.slice(items.length)) ? [] : [{ key, fence }]
      })
      if (gone.length > 0) meter.swept(await progress.patiently(() => removeGone(client, gone, tombstoneMs)))
      meter.tell()
    }
  }
}

async function whichExist({ dynamodb, tableName, signal }: Seeding, ids: readonly string[]): Promise<Set<string>> {
  const there = new Set<string>()
  let Keys = ids.map(id => ({ id: { S: id } }))
  while (Keys.length > 0) {
    const { Responses, UnprocessedKeys } = await dynamodb.send(
      new BatchGetItemCommand({
        RequestItems: { [tableName]: { Keys, ConsistentRead: true, ProjectionExpression: 'id' } },
      }),
      untilAborted(signal),
    )
    for (const { id } of Responses?.[tableName] ?? []) there.add(id?.S ?? '')
    Keys = (UnprocessedKeys?.[tableName]?.Keys ?? []) as typeof Keys
    if (Keys.length > 0) await delay(100)
  }
  return there
}

const untilAborted = (signal: AbortSignal | undefined) => (signal === undefined ? {} : { abortSignal: signal })

async function countItems({ dynamodb, tableName, signal }: Seeding): Promise<number> {
  const { Table } = await dynamodb.send(new DescribeTableCommand({ TableName: tableName }), untilAborted(signal))
  return Table?.ItemCount ?? 0
}

/** Counts, and tells how far it is. */
class Meter {
  phase: SeedLine['phase'] = 'scanning'
  #scannedMs: number | null = null
  readonly #startedAt = performance.now()
  readonly #ofItems: number
  readonly #before: number
  readonly #onProgress: ((line: SeedLine) => void) | undefined
  #items = 0
  #written = 0
  #removed = 0

  constructor(ofItems: number, before: number, onProgress?: (line: SeedLine) => void) {
    this.#ofItems = ofItems
    this.#before = before
    this.#onProgress = onProgress
  }

  add(items: number): void {
    this.#items += items
    this.tell()
  }

  scanned(): void {
    this.phase = 'sweeping'
    this.#scannedMs = performance.now() - this.#startedAt
  }

  wrote(keys: number): void {
    this.#written += keys
  }

  swept(keys: number): void {
    this.#removed += keys
  }

  tell(): void {
    this.#onProgress?.(this.line())
  }

  line(): SeedLine {
    const items = this.#before + this.#items
    const rate = this.#items / ((this.#scannedMs ?? performance.now() - this.#startedAt) / 1_000)
    const left = Math.max(0, this.#ofItems - items)
    return {
      phase: this.phase,
      items,
      ofItems: this.#ofItems,
      itemsPerSecond: Math.round(rate),
      // Of a table that has grown past its count nobody knows.
      secondsLeft: this.phase === 'scanning' && rate > 0 && left > 0 ? Math.round(left / rate) : null,
      written: this.#written,
      removed: this.#removed,
    }
  }
}
