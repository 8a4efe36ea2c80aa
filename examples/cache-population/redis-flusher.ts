// A flusher for tsmld's batchProcessor that brings changes of items, or increments of counters, into one Redis or Valkey server (6.2 or newer, no cluster mode). This file stands for itself.
//
// What a Redis key holds
//   KEY         an item's body, as SET left it; it expires with the item. Or a counter.
//   fence:KEY   the place of what KEY holds: version (20 digits), '1' where a scan brought it, else '0', then the fencing token of the last change that the stream brought.
//               It outlives KEY by `tombstoneMs`, so that nothing older comes back after a removal or an expiry.
//   STATE       of one stream, a hash: `p:SHARD` the place up to which that shard is in this server, `aliveAt` when a worker last said so, `lost` why the cache must be seeded again.
//
// Who wins
//   change over change   the greater fencing token: the stream's own order
//   change over nothing  what its shard has not brought yet: a replay finds its fence, or comes after the tombstone's end
//   scan over anything   the greater version, for a scan has no place in the stream
//   change over scan     a version that is not less: of equals the change is the same image, or its removal
//
// The chain: every call says from where to where in its shard it leads, and a call that would leave a gap is refused. So calls may be pipelined, an increment counts once whatever is
// replayed, and a server that lost what it had confirmed (wiped, an old file, a replica promoted too early) is found out at the next call.
import { createHash } from 'node:crypto'
import { type Flusher, type FlushToken, fencingToken, type Position, type Shard } from 'tsmld'

/** What a record does to the cache. */
export type CacheWrite =
  | {
      readonly kind: 'put'
      readonly key: string
      readonly body: string | Buffer
      /** Grows with every write of the item, also over its removals; 0 where items have none: then no scan overwrites what the stream brought. */
      readonly version: number
      /** When the item expires, in epoch milliseconds. */
      readonly expiresAtMs?: number
    }
  /** The version is that of the last image before the removal. */
  | { readonly kind: 'remove'; readonly key: string; readonly version: number }
  | { readonly kind: 'add'; readonly key: string; readonly by: number }

/** What the flusher needs of a client of `redis`; of `iovalkey` or `ioredis`: `{ sendCommand: ([name, ...args]) => client.call(name, ...args) }`. */
export interface RedisClient {
  sendCommand(args: readonly (string | Buffer)[]): Promise<unknown>
}

/** Options of {@link redisFlusher}. */
export interface RedisFlusherOptions<R extends Position> {
  /** Best without an offline queue and with a timeout for commands, so that a server that is down or hangs is an error, which tsmld tries again. */
  readonly client: RedisClient
  /** The Redis key of the stream's state. */
  readonly stateKey: string
  /** What a record does: of one stream either puts and removals, or adds; null where it does nothing. */
  readonly toWrite: (record: R) => CacheWrite | null
  /** How long the fence of what was removed or has expired is kept: longer than the stream's retention. @default 172_800_000 (48 h) */
  readonly tombstoneMs?: number
  /** The stream's retention. @default 86_400_000 (24 h) */
  readonly retentionMs?: number
  /** How many records are held at most. @default 10_000 */
  readonly maxHeld?: number
  /** How many keys one call writes at most: the server does nothing else meanwhile. @default 100 */
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

const never = '0'.repeat(13)

/** A version as text that compares as the number does. @throws TypeError on what is no safe integer from 0. */
const versionText = (version: number): string => {
  if (!Number.isSafeInteger(version) || version < 0)
    throw new TypeError(`An item's version must be an integer from 0, not ${String(version)}`)
  return String(version).padStart(20, '0')
}

const timeText = (ms = 0): string => {
  if (Number.isNaN(ms)) throw new TypeError('When an item expires must be a number of milliseconds, not NaN')
  return String(Math.min(9_999_999_999_999, Math.max(0, Math.trunc(ms)))).padStart(13, '0')
}

/** A script, known to the server by its hash. */
export type Script = { readonly text: string; readonly sha: string }

/** A script of these parts. */
export const script = (...parts: readonly string[]): Script => {
  const text = parts.join('\n')
  return { text, sha: createHash('sha1').update(text).digest('hex') }
}

// KEYS: 1 STATE, then KEY and fence:KEY of each image, or KEY of each counter; each key once.
// ARGV: 1 shard, 2 from, 3 to, 4 now, 5 retention, 6 tombstone, 7 why it may go on over a gap, else '', 8 '1' where it must begin exactly at the position; then of each image
// what it is (P or R, 13 digits of its expiry, 20 of its version, its place) and its body, or how much is added.
const chain = `
local position, aliveAt, lost = unpack(redis.call('HMGET', KEYS[1], 'p:' .. ARGV[1], 'aliveAt', 'lost'))
position = position or ''
local why = ARGV[7]
if ARGV[2] > position and why == '' then return {'behind', position} end
if ARGV[8] == '1' and position > ARGV[2] then return {'ahead', position} end
if why == '' and aliveAt and ARGV[4] - aliveAt > tonumber(ARGV[5]) then
  why = 'nothing was written to it since ' .. aliveAt .. ', for longer than the stream keeps a change'
end
if why ~= '' and not lost then lost = ARGV[4] .. ' ' .. why end`

// A script that fails half way keeps what it has written: what can fail comes before this.
const advance = `
if lost then redis.call('HSET', KEYS[1], 'lost', lost) end
redis.call('HSET', KEYS[1], 'p:' .. ARGV[1], ARGV[3] > position and ARGV[3] or position, 'aliveAt', ARGV[4])`

/** Writes what `isNewer` than what is there. One MGET and one MSET for all keys: a call into the server costs more than what it does. */
export const images = (isNewer: string, place: string): string => `
local sub, fences, sets, removed, applied = string.sub, {}, {}, {}, 0
for i = 3, #KEYS, 2 do fences[#fences + 1] = KEYS[i] end
if #fences > 0 then fences = redis.call('MGET', unpack(fences)) end
for i = 2, #KEYS, 2 do
  local meta, fence = ARGV[i + 7], fences[i / 2]
  local version, order = sub(meta, 15, 34), sub(meta, 35)
  if ${isNewer} then
    local place, expires = ${place}, sub(meta, 2, 14)
    applied = applied + 1
    if sub(meta, 1, 1) == 'R' then
      removed[#removed + 1] = KEYS[i]
      redis.call('SET', KEYS[i + 1], place, 'PX', ARGV[6])
    elseif expires == '${never}' then
      local n = #sets
      sets[n + 1], sets[n + 2], sets[n + 3], sets[n + 4] = KEYS[i], ARGV[i + 8], KEYS[i + 1], place
    else
      redis.call('SET', KEYS[i], ARGV[i + 8], 'PXAT', expires)
      redis.call('SET', KEYS[i + 1], place, 'PXAT', string.format('%.0f', expires + ARGV[6]))
    end
  end
end
if #sets > 0 then redis.call('MSET', unpack(sets)) end
if #removed > 0 then redis.call('DEL', unpack(removed)) end`

const answer = `return {'written', lost, applied}`

const changesScript = script(
  chain,
  advance,
  images(
    `(not fence and order > position) or fence and (order > sub(fence, 22) and (sub(fence, 21, 21) == '0' or version >= sub(fence, 1, 20)))`,
    `version .. '0' .. order`,
  ),
  answer,
)
const addsScript = script(
  chain,
  // All or none: what holds no integer is found out by adding to it.
  `for i = 2, #KEYS do
  local added = redis.pcall('INCRBY', KEYS[i], ARGV[i + 7])
  if type(added) == 'table' and added.err then
    for j = 2, i - 1 do redis.call('DECRBY', KEYS[j], ARGV[j + 7]) end
    return redis.error_reply(added.err .. ', adding ' .. ARGV[i + 7] .. ' to ' .. KEYS[i])
  end
end
local applied = #KEYS - 1`,
  advance,
  answer,
)

/** Runs a script, and brings it to a server that does not know it. */
export async function runScript(
  client: RedisClient,
  { text, sha }: Script,
  keys: readonly string[],
  args: readonly (string | Buffer)[],
): Promise<unknown> {
  const call = () => client.sendCommand(['EVALSHA', sha, String(keys.length), ...keys, ...args])
  try {
    return await call()
  } catch (error) {
    if (!/NOSCRIPT/.test(String(error))) throw error
    await client.sendCommand(['SCRIPT', 'LOAD', text])
    return call()
  }
}

/** Where the fence of a key is. */
export const fenceKey = (key: string): string => `fence:${key}`

/** As the scripts read it: what it does, when it expires, its version, its place. @throws TypeError on a version or an amount that is no safe integer. */
export const metaOf = (write: CacheWrite, order: string): string => {
  if (write.kind === 'put') return `P${timeText(write.expiresAtMs)}${versionText(write.version)}${order}`
  if (write.kind === 'remove') return `R${never}${versionText(write.version)}${order}`
  if (!Number.isSafeInteger(write.by)) throw new TypeError(`What is added must be an integer, not ${String(write.by)}`)
  return ''
}

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

type Reply =
  | readonly ['written', lost: string | null, applied: number]
  | readonly ['behind' | 'ahead', position: string]

/** Makes the flusher of a shard, for `batchProcessor({ flusher: redisFlusher({ … }) })`. */
export function redisFlusher<R extends Position>(options: RedisFlusherOptions<R>): (shard: Shard) => Flusher<R> {
  return shard => new RedisFlusher(shard, options)
}

class RedisFlusher<R extends Position> implements Flusher<R> {
  readonly #shard: Shard
  readonly #options: Required<RedisFlusherOptions<R>>
  /** Up to where the server has confirmed this shard: the checkpoint at first. */
  #confirmed: string
  #held: Held<R>[] = []
  #lost: string | null = null
  /** How old the oldest record is that is held. */
  #oldestMs = 0
  /** What is delivered is nearly too old for the stream: what came before it may be gone. */
  #isAtEdge = false

  constructor(shard: Shard, options: RedisFlusherOptions<R>) {
    this.#shard = shard
    const defaults = { tombstoneMs: 172_800_000, retentionMs: 86_400_000, maxHeld: 10_000, keysPerCall: 100 }
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
    const isAtEdge = this.#oldestMs > (this.#options.retentionMs * 23) / 24
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
    const sent = calls.map(({ isAdds, from, to, writes }, index) => {
      const head = [this.#shard.shardId, from, to, ...times, index === 0 ? why : '', isAdds ? '1' : '0']
      const keys = [...writes.keys()].flatMap(key => (isAdds ? [key] : [key, fenceKey(key)]))
      return runScript(
        client,
        isAdds ? addsScript : changesScript,
        [stateKey, ...keys],
        [...head, ...[...writes.values()].flat()],
      )
    })
    const replies = await Promise.allSettled(sent as Promise<Reply>[])
    return replies.map(reply => {
      if (reply.status === 'rejected') throw reply.reason
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
