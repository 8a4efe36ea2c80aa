// How many fenced writes a second the flusher brings into one Redis server: `npm run example:cache -- --bench`.
import { createClient, type RedisClientType } from 'redis'
import type { Flusher, FlushToken, Position, Shard } from 'tsmld'
import { redisFlusher } from '../redis-flusher.ts'
import type { CacheWrite } from '../redis-scripts.ts'
import { startRedis } from './redis-server.ts'

const records = 200_000
const keys = 50_000
/** The best of these is told: what else the machine does only ever slows. */
const roundsOfEach = 3
const body = JSON.stringify({ name: 'x'.repeat(120), price: 12.5 })

type Change = Position & { readonly write: CacheWrite }

interface Row {
  readonly what: string
  /** Shards whose flushers write side by side, in one process. */
  readonly shards: number
  readonly keysPerCall: number
  readonly recordsPerFlush: number
  readonly writesPerSecond: number
  /** Processor time of each write, in microseconds: what limits it, and hardly depends on what else the machine does. */
  readonly clientMicros: number
  readonly serverMicros: number
}

/** Measures the flusher alone; resolves with the best rate of fenced image writes. */
export async function bench(write: (line: string) => void): Promise<Row> {
  const redis = await startRedis()
  const client = createClient({ url: redis.url, disableOfflineQueue: true })
  client.on('error', () => undefined)
  await client.connect()
  try {
    const rows: Row[] = []
    write('what      shards  keys a call  records a flush  writes/s  µs of Node  µs of Redis')
    // The first is for the compilers alone.
    for (const planned of plan) {
      const rounds: Row[] = []
      for (let round = 0; round < roundsOfEach; round++) rounds.push(await measure(client, planned))
      const row = rounds.reduce((best, other) => (other.writesPerSecond > best.writesPerSecond ? other : best))
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

type Planned = readonly [
  what: 'new' | 'replaced' | 'counters',
  shards: number,
  keysPerCall: number,
  recordsPerFlush: number,
]

const plan: readonly Planned[] = [
  ['new', 1, 100, 5_000],
  ['new', 1, 1, 5_000],
  ['new', 1, 10, 5_000],
  ['new', 1, 100, 100],
  ['new', 1, 100, 1_000],
  ['new', 1, 100, 5_000],
  ['new', 1, 500, 5_000],
  ['new', 4, 100, 1_000],
  ['replaced', 4, 100, 1_000],
  ['counters', 4, 100, 1_000],
]

async function measure(client: RedisClientType, planned: Planned): Promise<Row> {
  const [what, shards, keysPerCall, recordsPerFlush] = planned
  await client.flushAll()
  const make = redisFlusher<Change>({
    client,
    stateKey: 'bench',
    toWrite: ({ write }) => write,
    keysPerCall,
    maxHeld: recordsPerFlush,
  })
  // A worker is given its records: to make them is no part of the flusher.
  const changes = Array.from({ length: records }, (_, n) => changeOf(n, what))
  const before = await serverMicros(client)
  const cpu = process.cpuUsage()
  const started = performance.now()
  const each = Array.from({ length: shards }, (_, n) => n)
  await Promise.all(each.map(n => feed(make(shardOf(n)), changes, recordsPerFlush, [n, shards])))
  const seconds = (performance.now() - started) / 1_000
  const { user, system } = process.cpuUsage(cpu)
  const server = (await serverMicros(client)) - before
  return {
    what,
    shards,
    keysPerCall,
    recordsPerFlush,
    writesPerSecond: Math.round(records / seconds),
    clientMicros: (user + system) / records,
    serverMicros: server / records,
  }
}

const shardOf = (n: number) =>
  ({
    shardId: `shardId-${String(n).padStart(12, '0')}`,
    startingPosition: { sequenceNumber: 'TRIM_HORIZON', subSequenceNumber: 0 },
  }) as Shard

function changeOf(n: number, what: Row['what']): Change {
  const position = {
    sequenceNumber: String(49_590_338_271_490_256_608_559_692_538_361_571_095n + BigInt(n)),
    subSequenceNumber: 0,
  }
  if (what === 'counters') return { ...position, write: { kind: 'add', key: `clicks:${String(n % 100)}`, by: 1 } }
  const key = what === 'new' ? `items:${String(n)}` : `items:${String((n * 7_919) % keys)}`
  return { ...position, write: { kind: 'put', key, body, version: n } }
}

/** Every so-manieth record is this shard's. */
async function feed(
  flusher: Flusher<Change>,
  changes: readonly Change[],
  recordsPerFlush: number,
  [first, step]: readonly [number, number],
): Promise<void> {
  let held = 0
  for (let n = first; n < changes.length; n += step) {
    flusher.add(changes[n] as Change, n as FlushToken, 0)
    if (++held % recordsPerFlush === 0) await flusher.flush('partial')
  }
  await flusher.flush('full')
}

async function serverMicros(client: { info(section: string): Promise<string> }): Promise<number> {
  const info = await client.info('cpu')
  const seconds = (name: string) => Number(new RegExp(`${name}:([\\d.]+)`).exec(info)?.[1] ?? 0)
  return (seconds('used_cpu_user') + seconds('used_cpu_sys')) * 1e6
}

function line({
  what,
  shards,
  keysPerCall,
  recordsPerFlush,
  writesPerSecond,
  clientMicros,
  serverMicros,
}: Row): string {
  const cells = [
    String(shards).padStart(6),
    String(keysPerCall).padStart(11),
    String(recordsPerFlush).padStart(15),
    writesPerSecond.toLocaleString('en-US').padStart(8),
    clientMicros.toFixed(1).padStart(10),
    serverMicros.toFixed(1).padStart(11),
  ]
  return `${what.padEnd(10)}${cells.join('  ')}`
}
