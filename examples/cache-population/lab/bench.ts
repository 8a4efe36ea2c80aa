// How many fenced writes a second the flusher brings into one Redis server: `npm run example:cache -- --bench`.
import { createClient } from 'redis'
import type { Flusher, FlushToken, Position, Shard } from 'tsmld'
import { type CacheWrite, redisFlusher } from '../redis-flusher.ts'
import { startRedis } from './redis-server.ts'

const records = 200_000
const keys = 50_000
const body = JSON.stringify({ name: 'x'.repeat(120), price: 12.5 })

type Change = Position & { readonly write: CacheWrite }

interface Row {
  readonly what: string
  readonly keysPerCall: number
  readonly recordsPerFlush: number
  readonly writesPerSecond: number
  /** What the server spent in the script for each key. */
  readonly luaMicrosPerKey: number
}

/** Measures the flusher alone; resolves with the best rate of fenced image writes. */
export async function bench(write: (line: string) => void): Promise<Row> {
  const redis = await startRedis()
  const client = createClient({ url: redis.url, disableOfflineQueue: true })
  client.on('error', () => undefined)
  await client.connect()
  try {
    const rows: Row[] = []
    write('what      keys a call  records a flush  writes/s  µs a key in the script')
    // The first is for the compilers alone.
    for (const [what, keysPerCall, recordsPerFlush] of plan) {
      await client.flushAll()
      const make = redisFlusher<Change>({
        client,
        stateKey: 'bench',
        toWrite: ({ write }) => write,
        keysPerCall,
        maxHeld: recordsPerFlush,
      })
      const before = await scriptMicros(client)
      const started = performance.now()
      await feed(make(shard), what, recordsPerFlush)
      const seconds = (performance.now() - started) / 1_000
      const micros = (await scriptMicros(client)) - before
      const row = {
        what,
        keysPerCall,
        recordsPerFlush,
        writesPerSecond: Math.round(records / seconds),
        luaMicrosPerKey: micros / records,
      }
      if (rows.push(row) > 1) write(line(row))
    }
    const best = rows
      .slice(1)
      .filter(({ what }) => what !== 'counters')
      .toSorted((a, b) => b.writesPerSecond - a.writesPerSecond)[0]
    if (best === undefined) throw new Error('Nothing was measured.')
    return best
  } finally {
    client.destroy()
    await redis.stop()
  }
}

const plan: readonly (readonly [
  what: 'new' | 'replaced' | 'counters',
  keysPerCall: number,
  recordsPerFlush: number,
])[] = [
  ['new', 250, 5_000],
  ['new', 1, 5_000],
  ['new', 10, 5_000],
  ['new', 50, 5_000],
  ['new', 250, 250],
  ['new', 250, 1_000],
  ['new', 250, 5_000],
  ['new', 1_000, 5_000],
  ['replaced', 250, 5_000],
  ['counters', 250, 5_000],
]

const shard = {
  shardId: 'shardId-000000000000',
  startingPosition: { sequenceNumber: 'TRIM_HORIZON', subSequenceNumber: 0 },
} as Shard

function changeOf(n: number, what: Row['what']): Change {
  const position = {
    sequenceNumber: String(49_590_338_271_490_256_608_559_692_538_361_571_095n + BigInt(n)),
    subSequenceNumber: 0,
  }
  if (what === 'counters') return { ...position, write: { kind: 'add', key: `clicks:${String(n % 100)}`, by: 1 } }
  const key = what === 'new' ? `items:${String(n)}` : `items:${String((n * 7_919) % keys)}`
  return { ...position, write: { kind: 'put', key, body, version: n } }
}

async function feed(flusher: Flusher<Change>, what: Row['what'], recordsPerFlush: number): Promise<void> {
  for (let n = 0; n < records; n++) {
    flusher.add(changeOf(n, what), n as FlushToken, 0)
    if ((n + 1) % recordsPerFlush === 0) await flusher.flush('partial')
  }
  await flusher.flush('full')
}

async function scriptMicros(client: { info(section: string): Promise<string> }): Promise<number> {
  return Number(/cmdstat_evalsha:.*?usec=(\d+)/.exec(await client.info('commandstats'))?.[1] ?? 0)
}

function line({ what, keysPerCall, recordsPerFlush, writesPerSecond, luaMicrosPerKey }: Row): string {
  const cells = [
    String(keysPerCall).padStart(11),
    String(recordsPerFlush).padStart(15),
    writesPerSecond.toLocaleString('en-US').padStart(8),
  ]
  return `${what.padEnd(10)}${cells.join('  ')}  ${luaMicrosPerKey.toFixed(2).padStart(22)}`
}
