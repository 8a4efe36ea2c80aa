// What redis-flusher.ts, and the seeding, have a Redis server do.
//
// What a Redis key holds
//   KEY         an item's body, as SET left it; it expires with the item. Or a counter.
//   fence:KEY   the place of what KEY holds: version (20 digits), '1' where a scan brought it, else '0', then the fencing token of the last change that the stream brought.
//               It outlives KEY by `tombstoneMs`, so that nothing older comes back after a removal or an expiry.
//   STATE       of one stream, a hash: `p:SHARD` the place up to which that shard is in this server, `aliveAt` when a worker last said so, `calls` how many there were,
//               `lost` why the cache must be seeded again, `losses` how often such a reason was found; and of the seeding `seededAt`, when the last whole one began.
//
// Who wins
//   change over change   the greater fencing token: the stream's own order
//   change over nothing  what its shard has not brought yet: a replay finds its fence, or comes after the tombstone's end
//   scan over anything   the greater version, for a scan has no place in the stream
//   change over scan     a version that is not less: of equals the change is the same image, or its removal
//
// The chain: every call says from where to where in its shard it leads, and a call that would leave a gap is refused. So calls may be pipelined, an increment counts once whatever is
// replayed, and a server that lost what it had confirmed (wiped, an old file, a replica promoted too early) is found out at the next call. A shard that has ended makes no next call:
// so every call counts, and says how many the server had confirmed.
import { createHash } from 'node:crypto'

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
// ARGV: 1 shard, 2 from, 3 to, 4 now, 5 retention, 6 tombstone, 7 why it may go on over a gap, else '', 8 '1' where it must begin exactly at the position, 9 calls that were confirmed;
// then of each image what it is (P or R, 13 digits of its expiry, 20 of its version, its place) and its body, or how much is added.
const chain = `
local position, aliveAt, lost, calls, seededAt = unpack(redis.call('HMGET', KEYS[1], 'p:' .. ARGV[1], 'aliveAt', 'lost', 'calls', 'seededAt'))
position, calls = position or '', tonumber(calls or 0)
local coveredAt = math.max(aliveAt or 0, seededAt or 0)
local why = ARGV[7]
if ARGV[2] > position and why == '' then return {'behind', position} end
if ARGV[8] == '1' and position > ARGV[2] then return {'ahead', position} end
if why == '' and coveredAt > 0 and ARGV[4] - coveredAt > tonumber(ARGV[5]) then
  why = 'nothing was written to it since ' .. string.format('%.0f', coveredAt) .. ', for longer than the stream keeps a change'
end
if why == '' and calls < tonumber(ARGV[9]) then
  why = 'it has forgotten calls that it had confirmed: it knows of ' .. calls .. ', not of ' .. ARGV[9]
end
calls = math.max(calls, ARGV[9]) + 1
redis.call('HSET', KEYS[1], 'calls', string.format('%.0f', calls))
if why ~= '' then
  lost = lost or ARGV[4] .. ' ' .. why
  redis.call('HSET', KEYS[1], 'lost', lost)
  redis.call('HINCRBY', KEYS[1], 'losses', 1)
end`

// A server that is full, or may not be written to, refuses the chain's own write, and with it all. A script that fails half way, at a command that its user may not call, say, keeps what it has
// written: so this comes last, and images are written again.
const advance = `
redis.call('HSET', KEYS[1], 'p:' .. ARGV[1], ARGV[3] > position and ARGV[3] or position, 'aliveAt', ARGV[4])`

/** Writes what `isNewer` than what is there, a fence never before its key. One MGET and one MSET for all keys: a call into the server costs more than what it does. */
export const images = (isNewer: string, place: string): string => `
local sub, fences, sets, removed, tombstones, applied = string.sub, {}, {}, {}, {}, 0
for i = 3, #KEYS, 2 do fences[#fences + 1] = KEYS[i] end
if #fences > 0 then fences = redis.call('MGET', unpack(fences)) end
for i = 2, #KEYS, 2 do
  local meta, fence = ARGV[i + 8], fences[i / 2]
  local version, order = sub(meta, 15, 34), sub(meta, 35)
  if ${isNewer} then
    local place, expires = ${place}, sub(meta, 2, 14)
    applied = applied + 1
    if sub(meta, 1, 1) == 'R' then
      removed[#removed + 1], tombstones[KEYS[i + 1]] = KEYS[i], place
    elseif expires == '${never}' then
      local n = #sets
      sets[n + 1], sets[n + 2], sets[n + 3], sets[n + 4] = KEYS[i], ARGV[i + 9], KEYS[i + 1], place
    else
      redis.call('SET', KEYS[i], ARGV[i + 9], 'PXAT', expires)
      redis.call('SET', KEYS[i + 1], place, 'PXAT', string.format('%.0f', expires + ARGV[6]))
    end
  end
end
if #sets > 0 then redis.call('MSET', unpack(sets)) end
if #removed > 0 then redis.call('DEL', unpack(removed)) end
for key, place in pairs(tombstones) do redis.call('SET', key, place, 'PX', ARGV[6]) end`

const answer = `return {'written', lost, applied, calls}`

/** Brings images of items; answers with a {@link Reply}. */
export const changesScript = script(
  chain,
  images(
    `(not fence and order > position) or fence and (order > sub(fence, 22) and (sub(fence, 21, 21) == '0' or version >= sub(fence, 1, 20)))`,
    `version .. '0' .. order`,
  ),
  advance,
  answer,
)
/** Brings increments of counters; answers with a {@link Reply}. */
export const addsScript = script(
  chain,
  // All or none: what holds no integer is found out by adding to it.
  `for i = 2, #KEYS do
  local added = redis.pcall('INCRBY', KEYS[i], ARGV[i + 8])
  if type(added) == 'table' and added.err then
    for j = 2, i - 1 do redis.call('DECRBY', KEYS[j], ARGV[j + 8]) end
    return redis.error_reply(added.err .. ', adding ' .. ARGV[i + 8] .. ' to ' .. KEYS[i])
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

/** What the server answers a call. */
export type Reply =
  | readonly ['written', lost: string | null, applied: number, calls: number]
  | readonly ['behind' | 'ahead', position: string]
