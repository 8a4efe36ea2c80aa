// What a scan of the table writes to the cache, by the fences of redis-scripts.ts.
import { fenceKey, images, metaOf, type RedisClient, runScript, script } from './redis-scripts.ts'

/** An image that a scan read. */
export interface ScannedImage {
  readonly key: string
  readonly body: string | Buffer
  readonly version: number
  /** When the item expires, in epoch milliseconds. */
  readonly expiresAtMs?: number
}

// A scan has no place in the stream: what the stream brought last keeps its place, and the version decides.
const scanned = script(
  images('not fence or version > sub(fence, 1, 20)', "version .. '1' .. (fence and sub(fence, 22) or '')"),
  'return applied',
)
// The fence of what is gone stays, as a scan's: a change that comes later than what was there still wins.
const gone = script(`
local removed = 0
for i = 2, #KEYS, 2 do
  local fence = redis.call('GET', KEYS[i + 1])
  if fence == ARGV[9 + i / 2] then
    removed = removed + 1
    redis.call('DEL', KEYS[i])
    redis.call('SET', KEYS[i + 1], string.sub(fence, 1, 20) .. '1' .. string.sub(fence, 22), 'PX', ARGV[6])
  end
end
return removed`)

// These scripts take no part in the chain: they leave its key and most of its arguments empty.
const noState = ''
const head = (tombstoneMs: number): string[] => ['', '', '', '', '', String(tombstoneMs), '', '', '']
const withFences = (writes: readonly { readonly key: string }[]): string[] => [
  noState,
  ...writes.flatMap(({ key }) => [key, fenceKey(key)]),
]

/** Writes a few hundred images, each key once; resolves with how many were newer than what was there. */
export async function writeScanned(
  client: RedisClient,
  scans: readonly ScannedImage[],
  tombstoneMs: number,
): Promise<number> {
  const args = scans.flatMap(image => [metaOf({ kind: 'put', ...image }, ''), image.body])
  return (await runScript(client, scanned, withFences(scans), [...head(tombstoneMs), ...args])) as number
}

/** Removes keys that the table no longer has, unless something was written since their fence was read; resolves with how many. */
export async function removeGone(
  client: RedisClient,
  keys: readonly { readonly key: string; readonly fence: string }[],
  tombstoneMs: number,
): Promise<number> {
  const fences = keys.map(({ fence }) => fence)
  return (await runScript(client, gone, withFences(keys), [...head(tombstoneMs), ...fences])) as number
}
