import { mkdtempSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { RuntimeStatus } from 'tsmld'
import type { SinkLine } from './oracle.ts'
import { eventually } from './stack.ts'
import type { WorkerConfig, WorkerLine, WorkerOrder } from './worker.ts'
import { type ChildExit, startChild } from './worker-child.ts'

/** How a process ended. */
export interface WorkerExit extends ChildExit {
  /** `performance.now()` then. */
  readonly at: number
}

/** A worker in a process of its own, the leader of its process group. */
export interface Worker {
  readonly pid: number
  /** Resolves when all of its streams run. */
  readonly started: Promise<void>
  readonly exit: Promise<WorkerExit>
  /** What it printed, the notes of its sinks included. */
  readonly lines: readonly WorkerLine[]
  status(): Promise<RuntimeStatus>
  /** The JVM of its first stream. */
  jvm(): Promise<number>
  order(order: WorkerOrder): void
  /** Signals the process alone, or its whole group as a terminal does. */
  signal(signal: NodeJS.Signals, to?: 'process' | 'group'): void
  /** Ends it by force, and its JVMs with it. */
  end(): Promise<void>
}

const program = new URL('worker.ts', import.meta.url)

/** Starts a worker, on another Node where one is given; `note` is told of what its sinks note, `log` gets its log as text. */
export function spawnWorker(
  config: WorkerConfig,
  note: (line: SinkLine) => void,
  log: string[],
  node = process.execPath,
): Worker {
  // A process that is killed cannot remove its runtime's folder.
  const folder = mkdtempSync(join(tmpdir(), 'worker-'))
  const lines: WorkerLine[] = []
  const onLog = (text: string): void => {
    log.push(`${new Date().toISOString()} worker ${child.pid}: ${text}`)
  }
  const child = startChild<WorkerLine, WorkerOrder>({
    program,
    env: { TMPDIR: folder, TSMLD_WORKER: JSON.stringify(config) },
    node,
    detached: true,
    onLine: line => {
      lines.push(line)
      if ('application' in line) note(line)
      else onLog(JSON.stringify(line))
    },
    onLog,
  })
  const { pid, started, order } = child
  const exit = child.exit.then(how => ({ ...how, at: performance.now() }))
  const status = async (): Promise<RuntimeStatus> => {
    const from = lines.length
    order({ do: 'status' })
    const line = await eventually(`worker ${pid} tells its status`, () =>
      lines.slice(from).find(each => each.type === 'status'),
    )
    return line.status
  }
  return {
    pid,
    started,
    exit,
    lines,
    status,
    order,
    async jvm() {
      const jvm = (await status()).streams[0]?.daemon.pid
      if (typeof jvm !== 'number') throw new Error(`worker ${pid} has no JVM now`)
      return jvm
    },
    signal(signal, to = 'process') {
      process.kill(to === 'group' ? -pid : pid, signal)
    },
    async end() {
      child.signal('SIGCONT')
      child.signal('SIGKILL')
      await exit
      await rm(folder, { recursive: true, force: true })
    },
  }
}
