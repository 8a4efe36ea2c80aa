import { setTimeout as delay } from 'node:timers/promises'
import type { DynamodbProxy } from '../proxies/dynamodb-proxy.ts'
import { type Mood, nowUs, type WorkerConfig, type WorkerLine, type WorkerOrder } from '../worker/lines.ts'
import { within } from './within.ts'
import { type WorkerExit, WorkerProcess } from './worker-process.ts'

/** What a place of a worker is made of. */
export interface PlaceOptions {
  readonly index: number
  readonly config: WorkerConfig
  readonly proxy: DynamodbProxy
  /** Where its logs and its runtime's folder go. */
  readonly folder: string
  readonly onLine: (line: WorkerLine) => void
  /** Told of a process that ran, and ended though nobody wanted it to. */
  readonly onSurprise: (what: string) => void
}

/** A place that one worker fills after another, as a service manager starts it again. */
export class WorkerPlace {
  readonly index: number
  readonly proxy: DynamodbProxy
  /** Every process that was here. */
  readonly processes: WorkerProcess[] = []
  readonly #options: PlaceOptions
  #behave: WorkerOrder = { id: 0, do: 'behave', mood: { kind: 'well' } }
  #isOver = false

  constructor(options: PlaceOptions) {
    this.#options = options
    this.index = options.index
    this.proxy = options.proxy
  }

  /** The process that is here now. */
  get process(): WorkerProcess | undefined {
    const last = this.processes.at(-1)
    return last?.exit === undefined ? last : undefined
  }

  start(): void {
    if (this.#isOver || this.process !== undefined) return
    const { config, folder, index, onLine } = this.#options
    const name = `${folder}/worker-${index + 1}`
    const started = new WorkerProcess(config, name, `${name}.log`, onLine)
    this.processes.push(started)
    started.order(this.#behave)
    void started.exited.then(exit => this.#follow(started, exit))
  }

  /** From now on, for whoever is here; `id` is the order's. */
  behave(mood: Mood, id: number): void {
    this.#behave = { id, do: 'behave', mood }
    this.process?.order(this.#behave)
  }

  /** Ends what is here gracefully, and resolves with what was not clean about that; a process that had not come to run does not count. */
  async stop(): Promise<string | null> {
    this.#isOver = true
    const last = this.process
    if (last === undefined) return null
    const { ran } = last
    last.isToEnd = true
    last.signal('SIGTERM')
    const ended = await within(last.exited, 40_000)
    if (ended === null) await last.end()
    if (!ran || ended?.code === 0) return null
    return `worker ${this.index + 1}: its stop at the end was not clean: ${ended === null ? 'not within 40 s' : (ended.signal ?? ended.code)}`
  }

  /** Kills what is here. */
  async end(): Promise<void> {
    this.#isOver = true
    await Promise.all(this.processes.map(each => each.end()))
    await this.proxy.close()
  }

  async #follow(ended: WorkerProcess, { code, signal }: WorkerExit): Promise<void> {
    if (ended.isToEnd) return
    // A first start that fails is final by design; whoever runs the program starts it again.
    if (ended.ran) this.#options.onSurprise(`process ${ended.pid} ended by itself with ${signal ?? code}`)
    await delay(1_000)
    this.start()
  }
}

/** How much of a second a process was here, as a share of 1. */
export function presence({ processes }: WorkerPlace, fromUs: number): number {
  const untilUs = fromUs + 1e6
  const hereUs = processes
    .filter(({ exit }) => (exit?.atUs ?? nowUs()) > fromUs)
    .map(each => Math.min(untilUs, each.exit?.atUs ?? untilUs) - Math.max(fromUs, each.startedUs))
  return hereUs.filter(us => us > 0).reduce((sum, us) => sum + us, 0) / 1e6
}
