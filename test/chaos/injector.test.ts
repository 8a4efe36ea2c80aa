import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { FaultKind } from '../../chaos/plan/fault.ts'
import { Injector, type Victims } from '../../chaos/run/injector.ts'
import { StrikeReports } from '../../chaos/run/strike-reports.ts'
import type { WorkerOrder } from '../../chaos/worker/lines.ts'

/** A worker as faults see it, with what there is to strike in it. */
interface Worker {
  readonly requests?: number
  readonly leases?: number
  readonly jvms?: readonly number[]
  readonly bridges?: readonly number[]
  /** Whether signals find the process. */
  readonly isAlive?: boolean
  /** What it says of an order; null: nothing. */
  readonly found?: boolean | null
  readonly isRefused?: boolean
}

/** Strikes one worker with one fault; without a worker no process is there. */
async function strike(kind: FaultKind, worker: Worker | null, durationMs = 1) {
  const reports = new StrikeReports()
  const { requests = 0, leases = 0, jvms = [], bridges = [], isAlive = true, found = null } = worker ?? {}
  const tell = ({ id }: Pick<WorkerOrder, 'id'>): void => {
    if (found !== null && id !== 0) reports.note({ type: 'struck', order: id, found, atUs: 0 })
  }
  const exited = new Promise(resolve => setTimeout(resolve, 20))
  const process = {
    pid: 7,
    isToEnd: false,
    exited,
    order: tell,
    signal: () => isAlive,
    jvms: () => [...jvms],
    bridges: () => [...bridges],
    async end() {},
  }
  const place = {
    index: 0,
    process: worker === null ? undefined : process,
    proxy: { struck: 0, set: () => (place.proxy.struck += requests) },
    behave: (_: unknown, id: number) => tell({ id }),
    start() {},
  }
  const sink = {
    async down() {
      if (worker?.isRefused === true)
        setTimeout(() => reports.note({ type: 'refused', atUs: Number.MAX_SAFE_INTEGER }), 5)
    },
    async up() {},
  }
  const lease = { application: 'app', shardId: 's0', owner: 'host-7-1' }
  const victims = {
    stream: 'stream',
    clients: {},
    places: [place],
    sink,
    watch: { leases: async () => Array.from({ length: leases }, () => lease) },
    reports,
    mostShards: 4,
  } as unknown as Victims
  const injector = new Injector(victims, 1)
  const { foundNothing, acted } = await injector.strike({ kind, atMs: 0, worker: 0, durationMs })
  return { foundNothing, acted, kills: injector.kills.length }
}

const struck = { foundNothing: null, acted: true, kills: 0 }
const nothing = (foundNothing: string) => ({ foundNothing, acted: false, kills: 0 })

test('a process that is not there, or gone, is no strike', async () => {
  for (const kind of ['killNode', 'stopJvm', 'cut'] as const)
    assert.deepEqual(await strike(kind, null), nothing('no process is there'))
  for (const kind of ['killNode', 'killBoth', 'terminate', 'stopNode'] as const)
    assert.deepEqual(await strike(kind, { leases: 1, isAlive: false }), nothing('its process was gone'))
})

test('a process that holds a lease is struck; one that holds none is struck too, but shows nothing', async () => {
  assert.deepEqual(await strike('killNode', { leases: 1 }), { ...struck, kills: 1 })
  assert.deepEqual(await strike('terminate', { leases: 1 }), struck)
  assert.deepEqual(await strike('terminate', {}), { ...struck, foundNothing: 'it held no lease' })
})

test('without a JVM none is struck', async () => {
  assert.deepEqual(await strike('killJvm', { leases: 1 }), nothing('it has no JVM now'))
  // One that has just ended: no process has this id.
  assert.deepEqual(await strike('stopJvm', { leases: 1, jvms: [2 ** 30] }), nothing('it has no JVM now'))
})

test('without a bridge none is struck, however long one is waited for', async () => {
  assert.deepEqual(await strike('killBridge', { leases: 1 }), nothing('it has no bridge now'))
})

test('a connection is struck where its worker says so', async () => {
  assert.deepEqual(await strike('cut', { found: true }), struck)
  assert.deepEqual(await strike('stall', { found: false }), nothing('it had no connection'))
  assert.match((await strike('cutInside', { found: false })).foundNothing ?? '', /nothing came through it/)
  assert.match((await strike('cut', { found: null })).foundNothing ?? '', /did not say/)
})

test('handlers are struck where one was called, a table where somebody asked, the sink where somebody wrote', async () => {
  assert.deepEqual(await strike('slowHandler', { found: true }), struck)
  assert.deepEqual(await strike('failingHandler', {}), nothing('no handler was called'))
  assert.deepEqual(await strike('throttled', { requests: 1 }), struck)
  assert.deepEqual(await strike('tableDown', {}), nothing('nobody asked for a lease table'))
  assert.deepEqual(await strike('sinkDown', { isRefused: true }), struck)
  assert.deepEqual(await strike('sinkDown', {}), nothing('nobody wrote to it'))
})
