import { randomBytes } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { createStream, createTable, type LocalClients, localClients, startLocalStack } from 'tsmld-local'
import { JvmMemoryGauge, trackingArgs } from '../measure/jvm-memory.ts'
import { filesIn, processesNaming } from '../measure/proc.ts'
import type { Sample, SoakEvent } from '../measure/sample.ts'
import { type Deed, type Plan, planOf } from '../plan/schedule.ts'
import { judge, type LeftBehind, type SoakOutcome } from '../report/outcome.ts'
import type { SoakWorkerConfig } from '../worker/program.ts'
import { startLoad } from './load.ts'
import { HandledRecords } from './records.ts'
import { WatchedWorker } from './watched-worker.ts'
import { type SoakWorker, startWorker } from './worker-process.ts'

/** A soak that has run. */
export interface SoakRun {
  readonly outcome: SoakOutcome
  readonly samples: readonly Sample[]
  readonly events: readonly SoakEvent[]
}

const kinesisShards = 4
/** DynamoDB Local gives a small table's stream one. */
const dynamodbShards = 1
const lookEveryMs = 2_000
const mostStarts = 4
const beginWithinMs = 120_000
const arriveWithinMs = 120_000

/** Runs a soak on emulators of its own; `tell` hears what goes on. */
export async function runSoak(minutes: number, tell: (what: string) => void): Promise<SoakRun> {
  const plan = planOf(minutes)
  const stack = await startLocalStack({ onProgress: tell })
  const clients = localClients(stack)
  const name = `soak-${randomBytes(4).toString('hex')}`
  const names = { streamName: `${name}-clicks`, tableName: `${name}-items` }
  const config: SoakWorkerConfig = {
    ...names,
    defaults: {
      region: stack.region,
      kinesisEndpoint: stack.kinesisEndpoint,
      dynamodbEndpoint: stack.dynamodbEndpoint,
      fastStart: true,
      failoverTimeMs: 5_000,
      leaseAssignmentIntervalMs: 2_000,
      shardSyncIntervalMs: 5_000,
      heapBytes: 160 * 2 ** 20,
      // A heap that has its pages from the start: what grows then is memory beside it, and what grows in it is seen among its live objects.
      jvmArgs: ['-Xms160m', '-XX:+AlwaysPreTouch', '-XX:+UseSerialGC', ...trackingArgs],
    },
  }
  const handled = new HandledRecords()
  const start = (): SoakWorker =>
    startWorker(config, stack.environment, (stream, records) => handled.note(stream, records))
  try {
    await createStream(clients.kinesis, names.streamName, kinesisShards)
    await createTable(clients.dynamodb, names.tableName)
    return await new Soak({ plan, minutes, start, clients, names, handled, tell }).run()
  } finally {
    clients[Symbol.dispose]()
    await stack.stop()
  }
}

interface SoakParts {
  readonly plan: Plan
  readonly minutes: number
  /** Starts a worker. */
  readonly start: () => SoakWorker
  readonly clients: LocalClients
  readonly names: { readonly streamName: string; readonly tableName: string }
  readonly handled: HandledRecords
  /** Hears what goes on. */
  readonly tell: (what: string) => void
}

class Soak {
  readonly #parts: SoakParts
  readonly #events: SoakEvent[] = []
  readonly #workers: SoakWorker[] = []
  readonly #ran = new Set<SoakWorker>()
  readonly #surprises: string[] = []
  readonly #gauge = new JvmMemoryGauge()
  #second: SoakWorker | null = null
  #from = 0

  constructor(parts: SoakParts) {
    this.#parts = parts
  }

  async run(): Promise<SoakRun> {
    try {
      return await this.#runWith(await this.#firstWorker())
    } finally {
      await this.#gauge.close()
      for (const { exit, signal, removeFolder } of this.#workers) {
        signal('SIGKILL')
        await exit
        await removeFolder()
      }
    }
  }

  /** On a busy machine the emulators do not always answer in the time that a worker gives them at its start. */
  async #firstWorker(): Promise<SoakWorker> {
    for (let start = 1; ; start++) {
      const worker = this.#newWorker()
      try {
        await worker.started
        return worker
      } catch (error) {
        if (start === mostStarts) throw error
        this.#parts.tell(`the first worker starts again: ${(error as Error).message}`)
      }
    }
  }

  async #runWith(first: SoakWorker): Promise<SoakRun> {
    const { plan, minutes, clients, names, handled, tell } = this.#parts
    const watched = new WatchedWorker(first, kinesisShards + dynamodbShards, this.#gauge, () => this.#second !== null)
    const load = startLoad(clients, names, plan.recordsPerSecond)
    await until('the first worker has all shards', beginWithinMs, async () => {
      await watched.look(0)
      return watched.hasAll
    })
    watched.samples.length = 0
    tell(`${plan.recordsPerSecond.toFixed(1)} records a second into each stream, ${minutes} minutes`)
    this.#from = performance.now()
    const deeds = [...plan.deeds]
    for (let at = 0; at < plan.lengthMs; at = this.#atMs()) {
      while (deeds[0] !== undefined && deeds[0].atMs <= at)
        await this.#do((deeds.shift() as { deed: Deed }).deed, watched)
      await watched.look(this.#atMs())
      await delay(Math.max(0, at + lookEveryMs - this.#atMs()))
    }
    await load.end()
    const { streamName, tableName } = names
    await until('all records have come', arriveWithinMs, () =>
      [streamName, tableName].every(stream => handled.hasAll(stream, load.produced)),
    ).catch(() => this.#note('not all records have come'))
    const left = await this.#end(first)
    const records = {
      kinesis: handled.judge(streamName, load.produced),
      dynamodb: handled.judge(tableName, load.produced),
    }
    const settings = { ...plan, minutes: minutes }
    return { outcome: judge(watched.samples, settings, records, left), samples: watched.samples, events: this.#events }
  }

  async #do(deed: Deed, watched: WatchedWorker): Promise<void> {
    const second = this.#second
    switch (deed) {
      case 'jvmKilled':
        if (watched.jvm === null) return this.#surprise('the first worker has no JVM that could be killed')
        process.kill(watched.jvm, 'SIGKILL')
        return this.#note("the first worker's JVM is killed", deed)
      case 'secondJoins':
        this.#second = this.#newWorker()
        return this.#note('the second worker joins', deed)
      case 'secondLeaves':
      case 'secondKilled': {
        if (second === null) return
        const isKilled = deed === 'secondKilled'
        // A signal before a program's run() ends it at once; a program that does not get there says so by its exit.
        if (!isKilled) await second.started.catch(() => {})
        second.signal(isKilled ? 'SIGKILL' : 'SIGTERM')
        this.#note(isKilled ? 'the second worker is killed' : 'the second worker leaves', deed)
        const code = await second.exit
        this.#second = null
        if (!this.#ran.has(second)) this.#note(`the second worker ended with code ${code} before it ran`)
        else if (code !== (isKilled ? null : 0)) this.#surprise(`the second worker ended with code ${code}`)
      }
    }
  }

  /** Ends the first worker by itself, and looks what is left. */
  async #end(first: SoakWorker): Promise<LeftBehind> {
    first.signal('SIGTERM')
    const exitCode = await first.exit
    // The JVM of a Node process that was killed takes its time to give its leases back.
    await delay(4_000)
    // By what their command lines name: a number may be another process's by now.
    const jvms = this.#workers.flatMap(({ folder }) => processesNaming(folder))
    const secondRuns = [...this.#ran].filter(worker => worker !== first).length
    return { files: filesIn(first.folder), jvms, exitCode, secondRuns, surprises: this.#surprises }
  }

  #newWorker(): SoakWorker {
    const worker = this.#parts.start()
    this.#workers.push(worker)
    void worker.started.then(
      () => this.#ran.add(worker),
      () => {},
    )
    return worker
  }

  #note(what: string, deed: Deed | null = null): void {
    this.#events.push({ atMs: this.#atMs(), what, deed })
    this.#parts.tell(`${Math.round(this.#atMs() / 1_000)} s: ${what}`)
  }

  #surprise(what: string): void {
    this.#surprises.push(what)
    this.#note(what)
  }

  #atMs(): number {
    return performance.now() - this.#from
  }
}

async function until(what: string, withinMs: number, holds: () => boolean | Promise<boolean>): Promise<void> {
  for (const end = Date.now() + withinMs; !(await holds()); await delay(500))
    if (Date.now() > end) throw new Error(`not within ${withinMs} ms: ${what}`)
}
