import assert from 'node:assert/strict'
import { BatchGetItemCommand, DescribeTableCommand, type DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb'
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb'
import { cacheKeys } from '../../../examples/cache-population/cache-keys.ts'
import { type Item, imageOf } from '../../../examples/cache-population/items.ts'
import type { RedisClient } from '../../../examples/cache-population/redis-scripts.ts'
import { seed } from '../../../examples/cache-population/seed.ts'
import { Holding, type PlacedWrite, placeOf } from './cache-lab.ts'

/** What may happen between any two requests of a seeding. */
export type WorldStep =
  | { readonly kind: 'change'; readonly item: number; readonly writes: boolean }
  | { readonly kind: 'deliver'; readonly count: number }
  /** The server dies and comes back with a file that lacks the last calls. */
  | { readonly kind: 'rollBack'; readonly calls: number }
  | {
      readonly kind:
        | 'heartbeat'
        | 'checkpoint'
        /** Another worker takes the lease over, from its checkpoint. */
        | 'restart'
        /** The worker falls asleep with records, another takes the lease; later the first one goes on. */
        | 'sleep'
        | 'wake'
        /** The shard ends, as soon as it is done, and its child goes on. */
        | 'roll'
        | 'wipe'
        | 'stopSeeding'
    }

type Redis = RedisClient & { flushAll(): Promise<unknown>; get(key: string): Promise<string | null> }
type Saved = readonly (readonly [key: string, ttlMs: number, dump: Buffer])[]

/** A table, its stream, a worker, and a cache that all of it happens to. */
export class CacheWorld {
  readonly #client: Redis
  readonly #keys = cacheKeys('world')
  readonly #items = new Map<string, Item>()
  readonly #stream: PlacedWrite[] = []
  /** Where shards begin, as indices of the stream. */
  readonly #shards = [0]
  #version = 0
  #shard = 0
  #worker: Holding
  #delivered = 0
  #checkpoint = 0
  #isEnding = false
  readonly #asleep: Holding[] = []
  /** The file, as it was after each of the last calls. */
  #saved: Saved[] = []

  private constructor(client: Redis) {
    this.#client = client
    this.#worker = this.#hold()
  }

  static async begin(client: Redis): Promise<CacheWorld> {
    await client.flushAll()
    return new CacheWorld(client)
  }

  async play(steps: readonly WorldStep[]): Promise<void> {
    for (const step of steps) await this.#act(step)
  }

  /** Seeds the cache; before each request of the seeding some steps happen. */
  async seed(between: readonly (readonly WorldStep[])[]): Promise<void> {
    // A lock that came back with an old file ends by itself, after half a minute.
    await this.#client.sendCommand(['DEL', `${this.#keys.itemsState}:seed:lock`])
    const left = [...between]
    let isStopped = false
    const happens = async () => {
      const steps = left.shift() ?? []
      await this.play(steps)
      isStopped ||= steps.some(({ kind }) => kind === 'stopSeeding')
    }
    const client: RedisClient = {
      sendCommand: async args => {
        await happens()
        return this.#saving(() => this.#client.sendCommand(args))
      },
    }
    const dynamodb = {
      send: async (command: unknown) => {
        await happens()
        if (isStopped) throw new Error('stopped')
        return this.#answer(command)
      },
    } as unknown as DynamoDBClient
    try {
      await seed({ dynamodb, tableName: 'world', client, keys: this.#keys, segments: 1, settleMs: 0 })
    } catch (error) {
      if (!/^Error: stopped|seed it once more|Another seeding/.test(String(error))) throw error
    }
    // What is left of its time.
    for (const steps of left) await this.play(steps)
  }

  /** All is delivered, and the worker looks once more. */
  async settle(): Promise<void> {
    do await this.#deliver(1_000)
    while (this.#isEnding || this.#delivered < this.#stream.length)
    await this.#worker.heartbeat()
  }

  /** Why the cache is not whole, if it says so. */
  async says(): Promise<string | null> {
    const [seededAt, lost] = (await this.#client.sendCommand(['HMGET', this.#keys.itemsState, 'seededAt', 'lost'])) as (
      | string
      | null
    )[]
    return seededAt == null ? 'never seeded' : (lost ?? null)
  }

  async cache(): Promise<Record<string, string>> {
    const keys = (await this.#client.sendCommand(['KEYS', `${this.#keys.items}*`])) as string[]
    return Object.fromEntries(
      await Promise.all(keys.toSorted().map(async key => [key, (await this.#client.get(key)) ?? ''] as const)),
    )
  }

  table(): Record<string, string> {
    const images = [...this.#items.values()].map(item => imageOf(item, this.#keys.items))
    return Object.fromEntries(
      images.map(({ key, body }) => [key, String(body)] as const).toSorted(([a], [b]) => (a < b ? -1 : 1)),
    )
  }

  async #act(step: WorldStep): Promise<void> {
    switch (step.kind) {
      case 'change':
        return this.#change(String(step.item), step.writes)
      case 'deliver':
        return this.#deliver(step.count)
      case 'heartbeat':
        return this.#saving(() => this.#worker.heartbeat())
      case 'checkpoint':
        this.#checkpoint = this.#delivered
        return
      case 'restart':
        await this.#worker.heartbeat()
        return this.#takeOver()
      case 'sleep': {
        const sleeper = this.#worker
        await sleeper.heartbeat()
        sleeper.add(this.#stream.slice(this.#delivered, this.#end))
        this.#asleep.push(sleeper)
        return this.#takeOver()
      }
      case 'wake': {
        const sleeper = this.#asleep.shift()
        if (sleeper !== undefined) await this.#saving(() => sleeper.flush())
        return
      }
      case 'roll':
        if (this.#shards.length === this.#shard + 1 && this.#stream.length > 0) {
          this.#shards.push(this.#stream.length)
          this.#isEnding = true
        }
        return
      case 'wipe':
        this.#saved = []
        await this.#client.flushAll()
        return
      case 'rollBack':
        return this.#restore(this.#saved.at(-1 - step.calls) ?? this.#saved[0])
      case 'stopSeeding':
        return
    }
  }

  #change(id: string, writes: boolean): void {
    const before = this.#items.get(id)
    this.#version += 10
    const version = this.#version
    const place = placeOf(this.#stream.length + 1)
    if (writes) {
      const item = { id, name: `version ${version}`, price: 1, version, writtenAt: 1 }
      this.#items.set(id, item)
      this.#stream.push({ ...place, write: { kind: 'put', ...imageOf(item, this.#keys.items) } })
    } else if (before !== undefined) {
      this.#items.delete(id)
      this.#stream.push({
        ...place,
        write: { kind: 'remove', key: `${this.#keys.items}${id}`, version: before.version },
      })
    }
  }

  async #deliver(count: number): Promise<void> {
    const to = Math.min(this.#delivered + count, this.#end)
    const records = this.#stream.slice(this.#delivered, to)
    if (records.length > 0) await this.#saving(() => this.#worker.deliver(records))
    this.#delivered = to
    if (this.#isEnding && to === this.#end) this.#rollOn()
  }

  /** The shard is done, which the lease table knows; its child begins at its beginning. */
  #rollOn(): void {
    this.#isEnding = false
    this.#shard++
    this.#checkpoint = this.#delivered
    this.#worker = this.#worker.beside({ shardId: `shard-${this.#shard}` })
  }

  /** Another worker, from the checkpoint: that takes so long that the one before has looked once more, and that the file has all that was confirmed before. */
  async #takeOver(): Promise<void> {
    this.#saved = this.#saved.slice(-1)
    this.#delivered = this.#checkpoint
    this.#worker = this.#hold()
  }

  get #end(): number {
    return this.#shards[this.#shard + 1] ?? this.#stream.length
  }

  #hold(): Holding {
    const isFirst = this.#checkpoint === this.#shards[this.#shard]
    return new Holding(this.#client, 'unused', {
      shardId: `shard-${this.#shard}`,
      stateKey: this.#keys.itemsState,
      keysPerCall: 1,
      ...(isFirst ? {} : { behind: placeOf(this.#checkpoint) }),
    })
  }

  /** Keeps what the file is after a call. */
  async #saving<T>(call: () => Promise<T>): Promise<T> {
    const answer = await call()
    const keys = (await this.#client.sendCommand(['KEYS', '*'])) as string[]
    this.#saved.push(
      await Promise.all(
        keys.map(async key => {
          const [ttl, dump] = await Promise.all([
            this.#client.sendCommand(['PTTL', key]),
            (this.#client as unknown as { sendCommand(args: string[], how: object): Promise<Buffer> }).sendCommand(
              ['DUMP', key],
              { typeMapping: { 36: Buffer } },
            ),
          ])
          return [key, Math.max(0, Number(ttl)), dump] as const
        }),
      ),
    )
    if (this.#saved.length > 12) this.#saved.shift()
    return answer
  }

  async #restore(saved: Saved | undefined): Promise<void> {
    await this.#client.flushAll()
    for (const [key, ttl, dump] of saved ?? []) await this.#client.sendCommand(['RESTORE', key, String(ttl), dump])
  }

  /** As DynamoDB would: one item a page. */
  #answer(command: unknown): unknown {
    if (command instanceof DescribeTableCommand) return { Table: { ItemCount: this.#items.size } }
    if (command instanceof ScanCommand) {
      const from = command.input.ExclusiveStartKey
      const after = from === undefined ? '' : String(unmarshall(from)['id'])
      const [next] = [...this.#items.keys()].toSorted().filter(id => id > after)
      const item = next === undefined ? undefined : this.#items.get(next)
      return item === undefined ? { Items: [] } : { Items: [marshall(item)], LastEvaluatedKey: marshall({ id: next }) }
    }
    assert.ok(command instanceof BatchGetItemCommand)
    const keys = command.input.RequestItems?.['world']?.Keys ?? []
    const found = keys.filter(key => this.#items.has(String(unmarshall(key)['id'])))
    return { Responses: { world: found } }
  }
}
