import { setTimeout as delay } from 'node:timers/promises'
import type { LocalClients } from 'tsmld-local'
import { type Fault, type FaultKind, specOf } from '../plan/fault.ts'
import type { TableWeather } from '../proxies/dynamodb-proxy.ts'
import { type Mood, nowUs } from '../worker/lines.ts'
import type { LeaseWatch } from './lease-watch.ts'
import { mergeTwo, splitOne } from './reshard.ts'
import type { SinkServer } from './sink-server.ts'
import { within } from './within.ts'
import type { WorkerPlace } from './worker-place.ts'
import { signalProcess, type WorkerProcess } from './worker-process.ts'

/** A fault that struck, or could not. */
export interface Struck {
  readonly fault: Fault
  readonly fromUs: number
  readonly untilUs: number
  /** Null: as planned; else why it struck nobody. */
  readonly missed: string | null
}

/** A worker that was killed, and the shards that it held then. */
export interface Kill {
  readonly kind: FaultKind
  readonly atUs: number
  readonly pid: number
  readonly shards: readonly { readonly application: string; readonly shardId: string }[]
}

/** What faults take hold of. */
export interface Victims {
  readonly stream: string
  readonly clients: LocalClients
  readonly places: readonly WorkerPlace[]
  readonly sink: SinkServer
  readonly watch: LeaseWatch
  /** Splits make no more open shards than this. */
  readonly mostShards: number
}

const weathers: Partial<Record<FaultKind, TableWeather>> = {
  throttled: { kind: 'throttled', share: 70 },
  slowTable: { kind: 'slow', ms: 700 },
  tableErrors: { kind: 'errors', share: 70 },
  answersLost: { kind: 'answersLost', share: 50 },
  tableDown: { kind: 'down' },
  partition: { kind: 'silent' },
}
const moods: Partial<Record<FaultKind, Mood>> = {
  slowHandler: { kind: 'slow', ms: 400 },
  failingHandler: { kind: 'failing', share: 50 },
}

/** How long a bridge is waited for. */
const bridgeWaitMs = 5_000

/** Makes faults happen, and ends them. */
export class Injector {
  readonly kills: Kill[] = []
  readonly #victims: Victims

  constructor(victims: Victims) {
    this.#victims = victims
  }

  /** Resolves when the fault is over. */
  async strike(planned: Fault): Promise<Struck> {
    const fault = planned.kind === 'killBridge' ? await this.#whereABridgeIs(planned) : planned
    const fromUs = nowUs()
    const missed = await this.#strike(fault)
    return { fault, fromUs, untilUs: nowUs(), missed }
  }

  /** A worker without a shard has no bridge: then the next one that has, as soon as there is one. */
  async #whereABridgeIs(fault: Fault): Promise<Fault> {
    const { places } = this.#victims
    for (const deadline = Date.now() + bridgeWaitMs; Date.now() < deadline; await delay(250)) {
      const place = inTurn(places, fault.worker ?? 0).find(({ process }) => hasBridge(process))
      if (place !== undefined) return { ...fault, worker: place.index }
    }
    return fault
  }

  async #strike(fault: Fault): Promise<string | null> {
    const { kind, worker, atMs, durationMs } = fault
    const { places, sink, clients, stream, mostShards } = this.#victims
    const struck = places.filter(({ index }) => worker === null || index === worker)
    switch (specOf(kind).on) {
      case 'table':
        for (const { proxy } of struck) proxy.set(weathers[kind] ?? { kind: 'fair' })
        await delay(durationMs)
        for (const { proxy } of struck) proxy.set({ kind: 'fair' })
        return null
      case 'handler':
        for (const place of struck) place.behave(moods[kind] ?? { kind: 'well' })
        await delay(durationMs)
        for (const place of struck) place.behave({ kind: 'well' })
        return null
      case 'sink':
        await sink.down()
        await delay(durationMs)
        await sink.up()
        return null
      case 'stream':
        return kind === 'split'
          ? saidNot('split', await splitOne(clients.kinesis, stream, atMs, mostShards))
          : saidNot('merged', await mergeTwo(clients.kinesis, stream, atMs))
      case 'connection':
      case 'process': {
        const [place] = struck
        if (place?.process === undefined) return 'no process is there'
        return specOf(kind).on === 'process'
          ? this.#strikeProcess(fault, place, place.process)
          : strikeConnection(fault, place.process)
      }
    }
  }

  async #strikeProcess({ kind, atMs, durationMs }: Fault, place: WorkerPlace, victim: WorkerProcess) {
    switch (kind) {
      case 'killNode':
      case 'killBoth': {
        const shards = await this.#shardsOf(victim.pid)
        const jvms = victim.jvms()
        this.kills.push({ kind, atUs: nowUs(), pid: victim.pid, shards })
        victim.isToEnd = true
        victim.signal('SIGKILL')
        if (kind === 'killBoth') for (const jvm of jvms) signalProcess(jvm, 'SIGKILL')
        await delay(durationMs)
        await victim.exited
        place.start()
        return null
      }
      case 'terminate': {
        victim.isToEnd = true
        victim.signal('SIGTERM')
        if ((await within(victim.exited, 40_000)) === null) await victim.end()
        await delay(durationMs)
        place.start()
        return null
      }
      case 'stopNode':
        victim.signal('SIGSTOP')
        await delay(durationMs)
        victim.signal('SIGCONT')
        return null
      default: {
        const those = kind === 'killBridge' ? victim.bridges() : victim.jvms()
        const one = those[atMs % Math.max(1, those.length)]
        if (one === undefined) return kind === 'killBridge' ? 'it has no bridge now' : 'it has no JVM now'
        signalProcess(one, kind === 'stopJvm' ? 'SIGSTOP' : 'SIGKILL')
        await delay(durationMs)
        if (kind === 'stopJvm') signalProcess(one, 'SIGCONT')
        return null
      }
    }
  }

  async #shardsOf(pid: number): Promise<Kill['shards']> {
    const leases = await this.#victims.watch.leases()
    return leases
      .filter(({ owner }) => owner?.includes(`-${pid}-`))
      .map(({ application, shardId }) => ({ application, shardId }))
  }
}

/** All of them, from this one on. */
const inTurn = <T>(all: readonly T[], from: number): T[] => [...all.slice(from), ...all.slice(0, from)]

/** One that another fault is ending is left alone. */
const hasBridge = (worker: WorkerProcess | undefined): boolean =>
  worker !== undefined && !worker.isToEnd && worker.bridges().length > 0

function saidNot(done: string, what: string): string | null {
  return what.startsWith(done) ? null : what
}

async function strikeConnection({ kind, atMs: at, durationMs: ms }: Fault, victim: WorkerProcess): Promise<null> {
  if (kind === 'stall') victim.order({ do: 'stall', at, ms })
  else victim.order({ do: kind === 'cut' ? 'cut' : 'cutInside', at })
  await delay(ms)
  return null
}
