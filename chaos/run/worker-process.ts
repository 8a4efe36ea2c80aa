import { createWriteStream, mkdirSync, type WriteStream } from 'node:fs'
import { getPriority, setPriority } from 'node:os'
import { isAlive, processes } from '../../test/real/support/processes.ts'
import { type ChildExit, startChild, type WorkerChild } from '../../test/real/support/worker-child.ts'
import { nowUs, type WorkerConfig, type WorkerLine, type WorkerOrder } from '../worker/lines.ts'

/** How a worker's process ended. */
export interface WorkerExit extends ChildExit {
  readonly atUs: number
}

const program = new URL('../worker/program.ts', import.meta.url)

const living = new Set<WorkerProcess>()
// Also where this program is interrupted: a process that is stopped would not see that its input has ended.
process.on('exit', () => {
  for (const worker of living) {
    const jvms = worker.jvms()
    worker.signal('SIGKILL')
    for (const jvm of jvms) signalProcess(jvm, 'SIGKILL')
  }
})

/** A worker in a process of its own. */
export class WorkerProcess {
  readonly pid: number
  readonly startedUs = nowUs()
  /** Whether its streams have run. */
  ran = false
  /** Whether its end is somebody's order. */
  isToEnd = false
  exit: WorkerExit | undefined
  readonly exited: Promise<WorkerExit>
  readonly #child: WorkerChild<WorkerOrder>
  readonly #log: WriteStream
  /** JVMs that may outlive it. */
  readonly #jvms = new Set<number>()

  constructor(config: WorkerConfig, folder: string, logFile: string, onLine: (line: WorkerLine) => void) {
    mkdirSync(folder, { recursive: true })
    this.#log = createWriteStream(logFile, { flags: 'a' })
    this.#child = startChild<WorkerLine, WorkerOrder>({
      program,
      env: {
        ...config.environment,
        AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
        TMPDIR: folder,
        TSMLD_CHAOS_WORKER: JSON.stringify(config),
      },
      detached: true,
      onLine: line => {
        if (line.type === 'started') this.ran = true
        if (line.type === 'failed') this.#log.write(`--- process ${this.pid} failed: ${line.message}\n`)
        onLine(line)
      },
      onLog: text => this.#log.write(`${text}\n`),
    })
    this.pid = this.#child.pid
    // The emulators and the sink stand for services with machines of their own: they come before the workers, whose JVMs inherit this.
    if (this.pid !== 0) setPriority(this.pid, Math.min(19, getPriority() + 10))
    living.add(this)
    this.#log.write(`--- process ${this.pid}\n`)
    this.exited = this.#child.exit.then(({ code, signal }) => {
      living.delete(this)
      this.exit = { code, signal, atUs: nowUs() }
      this.#log.end(`--- process ${this.pid} ended with ${signal ?? code}\n`)
      return this.exit
    })
  }

  order(order: WorkerOrder): void {
    this.#child.order(order)
  }

  /** False where it is gone. */
  signal(signal: NodeJS.Signals): boolean {
    return this.#child.signal(signal)
  }

  /** Its JVMs, oldest first; also while it is stopped. */
  jvms(): number[] {
    const jvms = processes().filter(
      ({ parent, name, state }) => parent === this.pid && name === 'java' && state !== 'Z',
    )
    for (const { pid } of jvms) this.#jvms.add(pid)
    return jvms.map(({ pid }) => pid).sort((a, b) => a - b)
  }

  /** The bridges of its stock daemons' shards, oldest first. */
  bridges(): number[] {
    const jvms = new Set(this.jvms())
    return processes()
      .filter(({ group, name, state }) => jvms.has(group) && name === 'socat' && state !== 'Z')
      .map(({ pid }) => pid)
      .sort((a, b) => a - b)
  }

  /** Kills it, and what it left. */
  async end(): Promise<void> {
    this.isToEnd = true
    this.jvms()
    this.signal('SIGKILL')
    await this.exited
    for (const pid of this.#jvms) if (isAlive(pid)) signalProcess(pid, 'SIGKILL')
  }
}

/** Signals a process that may be gone by now; false then. */
export function signalProcess(pid: number, signal: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, signal)
  } catch {
    return false
  }
}
