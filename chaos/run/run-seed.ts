import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { createStream, createTable, type LocalClients, type LocalStack, localClients } from 'tsmld-local'
import { judge, nameOf } from '../../test/real/support/oracle.ts'
import { type Fault, faultKinds } from '../plan/fault.ts'
import type { Plan } from '../plan/plan.ts'
import { ofTables, startDynamodbProxy } from '../proxies/dynamodb-proxy.ts'
import { leaseSpread } from '../report/lease-spread.ts'
import { findingsOf, type Outcome, type Unjudged } from '../report/outcome.ts'
import { takeOvers } from '../report/take-over.ts'
import { applicationOf, nowUs, type WorkerLine } from '../worker/lines.ts'
import { Injector, type Struck } from './injector.ts'
import { LeaseWatch } from './lease-watch.ts'
import { fewShards, moreShards, type Pace, paceOf, shareMs } from './pace.ts'
import { Producer, toStream, toTable } from './producer.ts'
import { SinkServer } from './sink-server.ts'
import { timeLineOf } from './time-line-of.ts'
import { WorkerPlace } from './worker-place.ts'

/** What a run tells while it runs. */
export interface Observer {
  phase(what: string): void
  struck(seconds: number, fault: Fault, missed: string | null): void
  progress(figures: {
    readonly seconds: number
    readonly produced: number
    readonly taken: number
    readonly here: number
  }): void
}

type Begun = Extract<WorkerLine, { type: 'begun' | 'checkpointed' }>

/** Where a local stack is. */
type Stack = Pick<LocalStack, 'kinesisEndpoint' | 'dynamodbEndpoint' | 'region' | 'environment'>

/** Runs one plan on a local stack, and judges it. */
export async function runSeed(plan: Plan, stack: Stack, observer: Observer): Promise<Outcome> {
  const folder = mkdtempSync(join(tmpdir(), `chaos-${plan.seed}-`))
  using clients = localClients(stack)
  const run = await Run.prepare(plan, stack, clients, folder)
  try {
    const outcome = await run.go(observer)
    const findings = findingsOf(outcome, paceOf(plan).mostTakeOverMs)
    if (findings.length === 0) rmSync(folder, { recursive: true, force: true })
    else writeFileSync(join(folder, 'evidence.json'), JSON.stringify({ findings, outcome, ...run.evidence }, null, 1))
    return { ...outcome, findings, folder: findings.length === 0 ? null : folder }
  } finally {
    await run.end()
  }
}

class Run {
  readonly #plan: Plan
  readonly #pace: Pace
  readonly #folder: string
  readonly #clients: LocalClients
  readonly #applications: readonly string[]
  readonly #table: string | null
  readonly #watch: LeaseWatch
  readonly #sink: SinkServer
  #places: readonly WorkerPlace[] = []
  #producers: ReadonlyMap<string, Producer> = new Map()
  readonly #begun: Begun[] = []
  readonly #acknowledged: Begun[] = []
  readonly #surprises: string[] = []
  readonly #came = new Set<string>()
  readonly #behind: number[] = []
  readonly #struck: Struck[] = []
  readonly #startUs = nowUs()

  private constructor(plan: Plan, clients: LocalClients, folder: string, stream: string, table: string | null) {
    this.#plan = plan
    this.#pace = paceOf(plan)
    this.#folder = folder
    this.#clients = clients
    this.#table = table
    this.#applications = table === null ? [stream] : [stream, applicationOf(table)]
    this.#watch = new LeaseWatch(clients.dynamodb, this.#applications)
    this.#sink = new SinkServer(join(folder, 'sink.sock'), record => {
      this.#came.add(nameOf(record.application, record))
    })
  }

  static async prepare(plan: Plan, stack: Stack, clients: LocalClients, folder: string): Promise<Run> {
    const id = folder.slice(folder.lastIndexOf('/') + 1)
    const table = plan.table ? `${id}-items` : null
    await createStream(clients.kinesis, id, plan.shards)
    if (table !== null) await createTable(clients.dynamodb, table)
    const run = new Run(plan, clients, folder, id, table)
    await run.#sink.up()
    const places: WorkerPlace[] = []
    for (let index = 0; index < plan.workers; index++) {
      // The table itself passes: only what begins with an application's name and is its lease, coordinator or metrics table has weather.
      const proxy = await startDynamodbProxy(stack.dynamodbEndpoint, ofTables(run.#applications))
      const config = {
        region: stack.region,
        environment: stack.environment,
        stream: id,
        table,
        kinesisEndpoint: stack.kinesisEndpoint,
        dynamodbEndpoint: proxy.endpoint,
        sinkPath: join(folder, 'sink.sock'),
        handling: plan.handling,
        daemon: plan.daemon,
        sharedDaemon: plan.sharedDaemon,
        idleTimeBetweenReadsMs: run.#pace.idleTimeBetweenReadsMs,
        shardSyncIntervalMs: run.#pace.shardSyncIntervalMs,
        heapBytes: run.#pace.heapBytes,
        failoverTimeMs: run.#pace.failoverTimeMs,
        nodeTimeoutMs: run.#pace.nodeTimeoutMs,
      }
      places.push(
        new WorkerPlace({
          index,
          config,
          proxy,
          folder,
          onLine: line => run.#note(line),
          onSurprise: what => run.#surprises.push(`worker ${index + 1}: ${what}`),
        }),
      )
    }
    run.#places = places
    return run
  }

  get evidence() {
    return {
      struck: this.#struck,
      begun: this.#begun,
      checkpoints: this.#watch.checkpoints,
      acknowledged: this.#acknowledged,
      taken: this.#sink.taken,
    }
  }

  async go(observer: Observer): Promise<Unjudged> {
    const [plan, { startMs, drainMs }] = [this.#plan, this.#pace]
    observer.phase('workers start')
    const ticking = setInterval(() => this.#tick(observer), 1_000)
    try {
      for (const place of this.#places) place.start()
      this.#producers = this.#startProducers()
      if (!(await this.#until(() => this.#places.every(place => place.process?.ran) && this.#areAllHeld(), startMs)))
        throw new Error(`The workers did not start within ${startMs / 1_000} s; their logs are in ${this.#folder}`)
      if (plan.shards > fewShards) await this.#until(() => this.#areShared(), shareMs)
      observer.phase(`faults for ${plan.seconds} s`)
      const faultsFromUs = nowUs()
      const injector = new Injector({
        stream: this.#applications[0] ?? '',
        clients: this.#clients,
        places: this.#places,
        sink: this.#sink,
        watch: this.#watch,
        mostShards: plan.shards + moreShards,
      })
      await Promise.all(plan.faults.map(fault => this.#strike(injector, fault, faultsFromUs, observer)))
      await delay(Math.max(0, plan.seconds * 1_000 - (nowUs() - faultsFromUs) / 1_000))
      const faultsUntilUs = nowUs()
      observer.phase('faults are over: what is left drains')
      await Promise.all([...this.#producers.values()].map(producer => producer.end()))
      const isDrained = await this.#until(() => this.#producedNames().every(name => this.#came.has(name)), drainMs)
      const drainedMs = Math.round((nowUs() - faultsUntilUs) / 1_000)
      if (!isDrained) this.#surprises.push(`not all had come ${drainMs / 1_000} s after the last fault`)
      observer.phase(isDrained ? 'all came: workers stop' : 'not all came: workers stop')
      const exits = await Promise.all(this.#places.map(place => place.stop()))
      await this.#watch.end()
      return this.#outcome({ injector, exits, faultsFromUs, faultsUntilUs, drainedMs })
    } finally {
      clearInterval(ticking)
    }
  }

  async end(): Promise<void> {
    await this.#watch.end()
    await Promise.all([...this.#producers.values()].map(producer => producer.end()))
    await Promise.all(this.#places.map(place => place.end()))
    await this.#sink.down()
  }

  #note(line: WorkerLine): void {
    if (line.type === 'begun') this.#begun.push(line)
    if (line.type === 'checkpointed') this.#acknowledged.push(line)
  }

  #startProducers(): ReadonlyMap<string, Producer> {
    const [stream = ''] = this.#applications
    const table = this.#table
    const producers = new Map([
      [stream, new Producer(this.#pace.keys, this.#pace.roundMs, toStream(this.#clients, stream))],
    ])
    if (table !== null) producers.set(applicationOf(table), new Producer(6, 300, toTable(this.#clients, table)))
    return producers
  }

  async #strike(injector: Injector, fault: Fault, faultsFromUs: number, observer: Observer): Promise<void> {
    await delay(Math.max(0, fault.atMs - (nowUs() - faultsFromUs) / 1_000))
    const seconds = this.#seconds()
    const struck = injector.strike(fault)
    observer.struck(seconds, fault, null)
    this.#struck.push(await struck)
    const { missed } = await struck
    if (missed !== null) observer.struck(seconds, fault, missed)
  }

  #tick(observer: Observer): void {
    const seconds = this.#seconds()
    const produced = this.#producedNames()
    this.#behind[Math.floor(seconds)] = produced.filter(name => !this.#came.has(name)).length
    const here = this.#places.filter(({ process }) => process !== undefined).length
    observer.progress({ seconds, produced: produced.length, taken: this.#sink.taken.length, here })
  }

  #producedNames(): string[] {
    return [...this.#producers].flatMap(([application, { produced }]) =>
      produced.map(identity => nameOf(application, identity)),
    )
  }

  async #until(condition: () => boolean | undefined, timeoutMs: number): Promise<boolean> {
    for (const deadline = Date.now() + timeoutMs; Date.now() < deadline; await delay(250))
      if (condition() === true) return true
    return false
  }

  #outcome(end: {
    readonly injector: Injector
    readonly exits: readonly (string | null)[]
    readonly faultsFromUs: number
    readonly faultsUntilUs: number
    readonly drainedMs: number
  }): Unjudged {
    const produced = new Map([...this.#producers].map(([application, each]) => [application, each.produced]))
    const struck = this.#struck.filter(({ missed }) => missed === null)
    const unclean = end.exits.filter(exit => exit !== null)
    return {
      plan: this.#plan,
      produced: [...produced.values()].reduce((sum, { length }) => sum + length, 0),
      verdict: judge({
        produced,
        taken: this.#sink.taken,
        begun: this.#begun,
        checkpoints: [...this.#watch.checkpoints, ...this.#acknowledged],
        byKeyOnly: this.#plan.handling === 'eachRecord',
      }),
      takeOvers: takeOvers(end.injector.kills, this.#sink.taken, struck),
      leases: leaseSpread(this.#watch.holdings, {
        ...end,
        startUs: this.#startUs,
        shards: this.#plan.shards,
        workers: this.#plan.workers,
      }),
      struck: Object.fromEntries(
        faultKinds.map(kind => [kind, struck.filter(({ fault }) => fault.kind === kind).length]),
      ),
      surprises: [...this.#surprises, ...unclean],
      drainedMs: end.drainedMs,
      tookMs: Math.round((nowUs() - this.#startUs) / 1_000),
      timeLine: timeLineOf({
        places: this.#places,
        struck,
        taken: this.#sink.taken,
        behind: this.#behind,
        startUs: this.#startUs,
      }),
    }
  }

  /** Each of them, and by somebody who gave the sink something: so that what is lost is never lost unseen. */
  #areAllHeld(): boolean {
    const { held = new Map<string, number>(), free = 0 } = this.#watch.holdings.at(-1) ?? {}
    const count = [...held.values()].reduce((sum, each) => sum + each, 0)
    return free === 0 && count >= this.#plan.shards && this.#sink.taken.length > 0
  }

  /** Every worker holds at least half of what would be its share. */
  #areShared(): boolean {
    const { held = new Map<string, number>() } = this.#watch.holdings.at(-1) ?? {}
    const { shards, workers } = this.#plan
    return held.size === workers && Math.min(...held.values()) >= shards / workers / 2
  }

  #seconds(): number {
    return (nowUs() - this.#startUs) / 1e6
  }
}
