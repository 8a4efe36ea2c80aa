import assert from 'node:assert/strict'
import { after } from 'node:test'
import { createClient } from 'redis'
import type { Flusher, FlushToken, Position, Shard } from 'tsmld'
import { type RedisServer, startRedis } from '../../../examples/cache-population/lab/redis-server.ts'
import {
  type CacheFlush,
  type RedisFlusherOptions,
  redisFlusher,
} from '../../../examples/cache-population/redis-flusher.ts'
import type { CacheWrite, RedisClient } from '../../../examples/cache-population/redis-scripts.ts'

/** A record that is what it writes, at its place in a shard. */
export type PlacedWrite = Position & { readonly write: CacheWrite | null }

/** A Redis server of this file, and a client of it; both end with the file. */
export async function redisLab() {
  const server = await startRedis()
  const client = createClient({ url: server.url, disableOfflineQueue: true })
  client.on('error', () => {})
  await client.connect()
  after(async () => {
    client.destroy()
    await server.stop()
  })
  return { server, client }
}

/** Resolves when the client is connected again. */
export async function untilReady({
  client,
}: {
  server: RedisServer
  client: { readonly isReady: boolean }
}): Promise<void> {
  for (let waited = 0; !client.isReady; waited += 20) {
    assert.ok(waited < 20_000, 'the client did not connect again')
    await new Promise(resolve => setTimeout(resolve, 20))
  }
}

/** A place in a shard; numbers of Kinesis' length, so that nothing works by their being short. */
export const placeOf = (n: number, subSequenceNumber = 0): Position => ({
  sequenceNumber: String(49_590_338_271_490_256_608_559_692_538_361_571_095n + BigInt(n)),
  subSequenceNumber,
})

export const put = (
  n: number,
  key: string,
  others: Partial<Extract<CacheWrite, { kind: 'put' }>> = {},
): PlacedWrite => ({
  ...placeOf(n),
  write: { kind: 'put', key, body: `body ${n}`, version: n, ...others },
})
export const remove = (n: number, key: string, version: number): PlacedWrite => ({
  ...placeOf(n),
  write: { kind: 'remove', key, version },
})

/** What is held, by which process's flushers. */
interface Held {
  readonly shardId?: string
  readonly behind?: Position
  readonly make?: (shard: Shard) => Flusher<PlacedWrite>
}

/** One holding of one shard's lease, with what its flusher told. */
export class Holding {
  readonly flushes: CacheFlush<PlacedWrite>[] = []
  readonly lost: (string | null)[] = []
  readonly #options: RedisFlusherOptions<PlacedWrite>
  readonly #make: (shard: Shard) => Flusher<PlacedWrite>
  readonly #flusher: Flusher<PlacedWrite>
  #tokens = 0
  #held = 0

  constructor(client: RedisClient, stateKey: string, options: Held & Partial<RedisFlusherOptions<PlacedWrite>> = {}) {
    const { shardId = 'shardId-000000000000', behind, ...others } = options
    const shard = { shardId, startingPosition: behind ?? { sequenceNumber: 'TRIM_HORIZON', subSequenceNumber: 0 } }
    this.#options = {
      client,
      stateKey: `state:${stateKey}`,
      toWrite: ({ write }) => write,
      onFlushed: flush => this.flushes.push(flush),
      onLost: why => this.lost.push(why),
      ...others,
    }
    this.#make = options.make ?? redisFlusher<PlacedWrite>(this.#options)
    this.#flusher = this.#make(shard as Shard)
  }

  /** The same process takes another shard's lease. */
  beside(held: Omit<Held, 'make'>): Holding {
    return new Holding(this.#options.client, '', { ...this.#options, ...held, make: this.#make })
  }

  add(records: readonly PlacedWrite[], delayMs: number | null = 0): void {
    for (const record of records) {
      assert.equal(this.#flusher.add(record, this.#tokens++ as FlushToken, delayMs), 'added')
      this.#held++
    }
  }

  /** Flushes, and asserts that all that was held came back. */
  async flush(): Promise<void> {
    const tokens = await this.#flusher.flush('full')
    assert.equal(tokens.length, this.#held)
    this.#held = 0
  }

  async deliver(records: readonly PlacedWrite[], delayMs: number | null = 0): Promise<void> {
    this.add(records, delayMs)
    await this.flush()
  }

  async heartbeat(): Promise<void> {
    await this.#flusher.heartbeat?.()
  }

  get applied(): number {
    return this.flushes.reduce((sum, { applied }) => sum + applied, 0)
  }
}
