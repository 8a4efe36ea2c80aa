import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createWriteStream, mkdirSync, type WriteStream } from 'node:fs'
import { getPriority, setPriority } from 'node:os'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { isAlive, processes } from '../../test/real/support/processes.ts'
import { nowUs, type WorkerConfig, type WorkerLine, type WorkerOrder } from '../worker/lines.ts'

/** How a worker's process ended. */
export interface WorkerExit {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly atUs: number
}

const program = fileURLToPath(new URL('../worker/program.ts', import.meta.url))

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
  readonly #child: ChildProcessWithoutNullStreams
  readonly #log: WriteStream
  /** JVMs that may outlive it. */
  readonly #jvms = new Set<number>()

  constructor(config: WorkerConfig, folder: string, logFile: string, onLine: (line: WorkerLine) => void) {
    mkdirSync(folder, { recursive: true })
    this.#log = createWriteStream(logFile, { flags: 'a' })
    this.#child = spawn(process.execPath, ['--conditions=tsmld-source', '--import', 'tsx', program], {
      env: {
        ...process.env,
        ...config.environment,
        NODE_TEST_CONTEXT: '',
        AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
        TMPDIR: folder,
        TSMLD_CHAOS_WORKER: JSON.stringify(config),
      },
      stdio: 'pipe',
      detached: true,
    })
    this.pid = this.#child.pid ?? 0
    // The emulators and the sink stand for services with machines of their own: they come before the workers, whose JVMs inherit this.
    if (this.pid !== 0) setPriority(this.pid, Math.min(19, getPriority() + 10))
    living.add(this)
    this.#log.write(`--- process ${this.pid}\n`)
    this.#child.stderr.pipe(this.#log, { end: false })
    // An order to a process that is gone tells nothing: its exit does.
    this.#child.stdin.on('error', () => {})
    createInterface({ input: this.#child.stdout }).on('line', text => {
      const line = JSON.parse(text) as WorkerLine
      if (line.type === 'started') this.ran = true
      if (line.type === 'failed') this.#log.write(`--- process ${this.pid} failed: ${line.message}\n`)
      onLine(line)
    })
    this.exited = once(this.#child, 'close').then(([code, signal]) => {
      living.delete(this)
      this.exit = { code: code as number | null, signal: signal as NodeJS.Signals | null, atUs: nowUs() }
      this.#log.end(`--- process ${this.pid} ended with ${this.exit.signal ?? this.exit.code}\n`)
      return this.exit
    })
  }

  order(order: WorkerOrder): void {
    this.#child.stdin.write(`${JSON.stringify(order)}\n`)
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal)
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
