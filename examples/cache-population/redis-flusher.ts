// A flusher for tsmld's batchProcessor that brings changes of items, or increments of counters, into one Redis or Valkey server (6.2 or newer, no cluster mode).
// This file, redis-scripts.ts, which says what the server's keys hold and who wins, and retention.ts stand for themselves: copy all three.
import { type Flusher, type FlushToken, fencingToken, type Position, type Shard } from 'tsmld'
import {
  addsScript,
  type CacheWrite,
  changesScript,
  fenceKey,
  metaOf,
  type RedisClient,
  type Reply,
  runScript,
} from './redis-scripts.ts'
import { hasFallenBehind, itemsRetention, type Retention } from './retention.ts'

/** Options of {@link redisFlusher}; of the retention unless it is given: that of a DynamoDB stream. */
export interface RedisFlusherOptions<R extends Position> extends Partial<Retention> {
  /** Best without an offline queue and with a timeout for commands, so that a server that is down or hangs is an error, which tsmld tries again. */
  readonly client: RedisClient
  /** The Redis key of the stream's state. */
  readonly stateKey: string
  /** What a record does: of one stream either puts and removals, or adds; null where it does nothing. */
  readonly toWrite: (record: R) => CacheWrite | null
  /** How many records are held at most. @default 10_000 */
  readonly maxHeld?: number
  /** How many keys one call writes at most, 1 to 1,000: the server does nothing else meanwhile. @default 100 */
  readonly keysPerCall?: number
  /** Told of each flush. */
  readonly onFlushed?: (flush: CacheFlush<R>) => void
  /** Told once of each reason why the cache must be seeded again; null when it was. */
  readonly onLost?: (why: string | null) => void
}

/** What a flush did. */
export interface CacheFlush<R> {
  readonly records: readonly { readonly record: R; readonly addedAtMs: number }[]
  /** Keys whose image was written or removed, or that were added to; the rest were older than what was there, or followed by a newer change in the same flush. */
  readonly applied: number
}

const defaults = { ...itemsRetention, maxHeld: 10_000, keysPerCall: 100 }

interface Held<R> {
  readonly record: R
  readonly token: FlushToken
  readonly order: string
  readonly write: CacheWrite | null
  readonly meta: string
  readonly addedAtMs: number
}

interface Call {
  readonly isAdds: boolean
  readonly from: string
  to: string
  /** The script's arguments by key: of images the last one, of increments their sum. */
  readonly writes: Map<string, readonly (string | Buffer)[]>
}

/**
 * Makes the flusher of a shard, for `batchProcessor({ flusher: redisFlusher({ … }) })`.
 * @throws RangeError where a fence would not outlive what the stream can replay, and on a number that is none or too great: a script that fails half way would keep the half.
 */
export function redisFlusher<R extends Position>(options: RedisFlusherOptions<R>): (shard: Shard) => Flusher<R> {
  const { tombstoneMs, retentionMs } = { ...defaults, ...options }
  // Also for what is not a number.
  if (!(tombstoneMs > retentionMs))
    throw new RangeError(
      `redisFlusher's tombstoneMs is ${String(tombstoneMs)}, which must be more than retentionMs (${String(retentionMs)}): a change that the stream replays would bring back what was removed.`,
    )
  const { keysPerCall, maxHeld } = { ...defaults, ...options }
  for (const [name, value, most] of [
    ['tombstoneMs', tombstoneMs, 1e12],
    ['retentionMs', retentionMs, 1e12],
    // Lua hands a function no more than 8,000 values, and each key takes four.
    ['keysPerCall', keysPerCall, 1_000],
    ['maxHeld', maxHeld, 1e6],
  ] as const)
    if (!Number.isInteger(value) || value < 1 || value > most)
      throw new RangeError(`redisFlusher's ${name} is ${String(value)}, not an integer from 1 to ${String(most)}.`)
  // Of all shards together: each makes its calls to the same state.
  const confirmed = { calls: 0 }
  return shard => new RedisFlusher(shard, options, confirmed)
}

class RedisFlusher<R extends Position> implements Flusher<R> {
  readonly #shard: Shard
  readonly #options: Required<RedisFlusherOptions<R>>
  /** Up to where the server has confirmed this shard: the checkpoint at first. */
  #confirmed: string
  /** How many calls the server has confirmed, of all shards. */
  readonly #server: { calls: number }
  #held: Held<R>[] = []
  #lost: string | null = null
  /** How old the oldest record is that is held. */
  #oldestMs = 0
  /** What is delivered is nearly too old for the stream: what came before it may be gone. */
  #isAtEdge = false

  constructor(shard: Shard, options: RedisFlusherOptions<R>, server: { calls: number }) {
    this.#shard = shard
    this.#server = server
    this.#options = { ...defaults, onFlushed: () => undefined, onLost: () => undefined, ...options }
    this.#confirmed = /^\d+$/.test(shard.startingPosition.sequenceNumber)
      ? fencingToken(shard, shard.startingPosition).order
      : ''
  }

  add(record: R, token: FlushToken, delayMs: number | null): 'added' | 'full' {
    if (this.#held.length === this.#options.maxHeld) return 'full'
    // What does nothing is held as well: the chain must not have a gap where the checkpoint goes on.
    const { order } = fencingToken(this.#shard, record)
    const write = this.#options.toWrite(record)
    const meta = write === null ? '' : metaOf(write, order)
    this.#held.push({ record, token, order, write, meta, addedAtMs: Date.now() })
    this.#oldestMs = Math.max(this.#oldestMs, delayMs ?? 0)
    return 'added'
  }

  async flush(): Promise<readonly FlushToken[]> {
    const held = this.#held
    const last = held.at(-1)
    if (last === undefined) return []
    const isAtEdge = hasFallenBehind(this.#oldestMs, this.#options)
    const tooOld = `${this.#shard.shardId} delivers changes that are ${String(this.#oldestMs)} ms old: older ones may be gone`
    const applied = await this.#write(held, isAtEdge && !this.#isAtEdge ? tooOld : '')
    this.#isAtEdge = isAtEdge
    this.#confirmed = last.order
    this.#held = []
    this.#oldestMs = 0
    this.#options.onFlushed({ records: held, applied })
    return held.map(({ token }) => token)
  }

  /** While nothing comes: a server that lost its data is found out all the same. */
  async heartbeat(): Promise<readonly FlushToken[]> {
    if (this.#held.length === 0) await this.#write([], '')
    return []
  }

  /** Writes until all is there; what the server refuses tells where it stands. */
  async #write(held: readonly Held<R>[], tooOld: string): Promise<number> {
    let [from, rest, why, applied] = [this.#confirmed, held, tooOld, 0]
    for (let attempt = 1; attempt <= 5; attempt++) {
      const calls = this.#calls(rest, from)
      const replies = await this.#send(calls, why)
      for (const reply of replies) if (reply[0] === 'written') applied += reply[2]
      const refused = replies.findIndex(([status]) => status !== 'written')
      const [status, position] = replies[refused] ?? ['written']
      if (status === 'written') {
        this.#tellLost(replies)
        return applied
      }
      if (status === 'ahead') {
        // Counted before this session, or by a worker that had the lease.
        from = position
        rest = rest.filter(({ order }) => order > from)
      } else if (refused === 0)
        why = `it has not what it confirmed of ${this.#shard.shardId}: it stands at ${position || 'nothing'}, not at ${from}`
    }
    throw new Error(
      `${this.#options.stateKey} changes under ${this.#shard.shardId} again and again: do two workers write to it?`,
    )
  }

  /** Calls of as many records as they may have keys; none is a call as well, which only looks. */
  #calls(held: readonly Held<R>[], from: string): Call[] {
    let call: Call = { isAdds: false, from, to: from, writes: new Map() }
    const calls: Call[] = []
    for (const { write, meta, order } of held) {
      const isAdds = write === null ? call.isAdds : write.kind === 'add'
      const isFull = write !== null && call.writes.size === this.#options.keysPerCall && !call.writes.has(write.key)
      if (calls.length === 0 || isFull || isAdds !== call.isAdds)
        calls.push({ isAdds, from: call.to, to: order, writes: new Map() })
      call = calls.at(-1) as Call
      call.to = order
      if (write === null) continue
      const before = call.writes.get(write.key)
      if (write.kind !== 'add') call.writes.set(write.key, [meta, write.kind === 'put' ? write.body : ''])
      else call.writes.set(write.key, [String(write.by + Number(before?.[0] ?? 0))])
    }
    return calls.length > 0 ? calls : [call]
  }

  /** All at once: the client pipelines them, and the chain keeps them in order. */
  async #send(calls: readonly Call[], why: string): Promise<readonly Reply[]> {
    const { client, stateKey, retentionMs, tombstoneMs } = this.#options
    const times = [Date.now(), retentionMs, tombstoneMs].map(String)
    const confirmed = String(this.#server.calls)
    const sent = calls.map(({ isAdds, from, to, writes }, index) => {
      const keys: string[] = [stateKey]
      const args: (string | Buffer)[] = [this.#shard.shardId, from, to, ...times]
      args.push(index === 0 ? why : '', isAdds ? '1' : '0', confirmed)
      // Not flatMap() and flat(), which take a fifth of the flusher's time.
      for (const [key, values] of writes) {
        keys.push(key)
        if (!isAdds) keys.push(fenceKey(key))
        args.push(...values)
      }
      return runScript(client, isAdds ? addsScript : changesScript, keys, args)
    })
    const replies = await Promise.allSettled(sent as Promise<Reply>[])
    return replies.map(reply => {
      if (reply.status === 'rejected') throw reply.reason
      if (reply.value[0] === 'written') this.#server.calls = Math.max(this.#server.calls, reply.value[3])
      return reply.value
    })
  }

  #tellLost(replies: readonly Reply[]): void {
    const last = replies.at(-1)
    if (last?.[0] !== 'written' || last[1] === this.#lost) return
    this.#lost = last[1]
    this.#options.onLost(this.#lost)
  }
}
