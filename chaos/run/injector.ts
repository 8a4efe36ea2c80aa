import { setTimeout as delay } from 'node:timers/promises'
import type { LocalClients } from 'tsmld-local'
import { type Fault, type FaultKind, specOf } from '../plan/fault.ts'
import type { TableWeather } from '../proxies/dynamodb-proxy.ts'
import { type Kill, nothing, type Result, type Strike, struckIf } from '../report/strike.ts'
import { type Mood, nowUs } from '../worker/lines.ts'
import type { LeaseWatch } from './lease-watch.ts'
import { ProcessFaults } from './process-faults.ts'
import { mergeTwo, splitOne } from './reshard.ts'
import type { SinkServer } from './sink-server.ts'
import type { StrikeReports } from './strike-reports.ts'
import type { WorkerPlace } from './worker-place.ts'
import type { WorkerProcess } from './worker-process.ts'

/** What faults take hold of. */
export interface Victims {
  readonly stream: string
  readonly clients: LocalClients
  readonly places: readonly WorkerPlace[]
  readonly sink: SinkServer
  readonly watch: LeaseWatch
  readonly reports: StrikeReports
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

/** How long a worker may take to say what an order found: a process that is stopped answers once it goes on. */
const reportMs = 15_000
/** How long a report of a handler may be on its way after the fault. */
const lateReportMs = 1_000

/** Makes faults happen, and ends them. */
export class Injector {
  readonly #victims: Victims
  readonly #bridgeWaitMs: number
  readonly #processes: ProcessFaults

  /** @param bridgeWaitMs how long a bridge is waited for. */
  constructor(victims: Victims, bridgeWaitMs = 5_000) {
    this.#victims = victims
    this.#bridgeWaitMs = bridgeWaitMs
    this.#processes = new ProcessFaults(victims.watch)
  }

  /** Every kill of a worker, in the order in which they came. */
  get kills(): readonly Kill[] {
    return this.#processes.kills
  }

  /** Resolves when the fault is over. */
  async strike(planned: Fault): Promise<Strike> {
    const fault = planned.kind === 'killBridge' ? await this.#whereABridgeIs(planned) : planned
    const fromUs = nowUs()
    const result = await this.#strike(fault)
    return { fault, fromUs, untilUs: nowUs(), ...result }
  }

  /** A worker without a shard has no bridge: then the next one that has, as soon as there is one. */
  async #whereABridgeIs(fault: Fault): Promise<Fault> {
    const { places } = this.#victims
    for (const deadline = Date.now() + this.#bridgeWaitMs; Date.now() < deadline; await delay(250)) {
      const place = inTurn(places, fault.worker ?? 0).find(({ process }) => hasBridge(process))
      if (place !== undefined) return { ...fault, worker: place.index }
    }
    return fault
  }

  async #strike(fault: Fault): Promise<Result> {
    const { kind, worker } = fault
    const places = this.#victims.places.filter(({ index }) => worker === null || index === worker)
    const [place] = places
    switch (specOf(kind).on) {
      case 'table':
        return strikeTables(fault, places)
      case 'handler':
        return this.#strikeHandlers(fault, places)
      case 'sink':
        return this.#strikeSink(fault)
      case 'stream':
        return this.#strikeStream(fault)
      case 'connection':
        return place?.process === undefined
          ? nothing('no process is there')
          : this.#strikeConnection(fault, place.process)
      case 'process':
        return place?.process === undefined
          ? nothing('no process is there')
          : this.#processes.strike(fault, place, place.process)
    }
  }

  async #strikeHandlers({ kind, durationMs }: Fault, places: readonly WorkerPlace[]): Promise<Result> {
    const { reports } = this.#victims
    const order = reports.newOrder()
    for (const place of places) place.behave(moods[kind] ?? { kind: 'well' }, order.id)
    await delay(durationMs)
    for (const place of places) place.behave({ kind: 'well' }, 0)
    return struckIf((await reports.of(order, lateReportMs)) === true, 'no handler was called')
  }

  /** Who is refused sees it, and not the server, which is not there. */
  async #strikeSink({ durationMs }: Fault): Promise<Result> {
    const { sink, reports } = this.#victims
    const fromUs = nowUs()
    await sink.down()
    await delay(durationMs)
    await sink.up()
    return struckIf(await reports.wasRefusedSince(fromUs), 'nobody wrote to it')
  }

  async #strikeStream({ kind, atMs }: Fault): Promise<Result> {
    const { clients, stream, mostShards } = this.#victims
    const said =
      kind === 'split'
        ? await splitOne(clients.kinesis, stream, atMs, mostShards)
        : await mergeTwo(clients.kinesis, stream, atMs)
    return struckIf(said.startsWith(kind === 'split' ? 'split' : 'merged'), said)
  }

  async #strikeConnection({ kind, atMs: at, durationMs: ms }: Fault, victim: WorkerProcess): Promise<Result> {
    const { reports } = this.#victims
    const order = reports.newOrder()
    if (kind === 'stall') victim.order({ id: order.id, do: 'stall', at, ms })
    else victim.order({ id: order.id, do: kind === 'cut' ? 'cut' : 'cutInside', at })
    const gone = victim.exited.then(() => null)
    const [found] = await Promise.all([Promise.race([reports.of(order, reportMs), gone]), delay(ms)])
    return struckIf(found === true, found === null ? 'its process did not say that it was' : noConnection(kind))
  }
}

async function strikeTables({ kind, durationMs }: Fault, places: readonly WorkerPlace[]): Promise<Result> {
  const met = (): number => places.reduce((sum, { proxy }) => sum + proxy.struck, 0)
  const before = met()
  for (const { proxy } of places) proxy.set(weathers[kind] ?? { kind: 'fair' })
  await delay(durationMs)
  for (const { proxy } of places) proxy.set({ kind: 'fair' })
  return struckIf(met() > before, 'nobody asked for a lease table')
}

/** All of them, from this one on. */
const inTurn = <T>(all: readonly T[], from: number): T[] => [...all.slice(from), ...all.slice(0, from)]

/** One that another fault is ending is left alone. */
const hasBridge = (worker: WorkerProcess | undefined): boolean =>
  worker !== undefined && !worker.isToEnd && worker.bridges().length > 0

const noConnection = (kind: FaultKind): string =>
  kind === 'cutInside' ? 'it had no connection, or nothing came through it' : 'it had no connection'
