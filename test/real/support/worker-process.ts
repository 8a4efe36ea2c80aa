import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { mkdtempSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { RuntimeStatus } from 'tsmld'
import type { SinkLine } from './oracle.ts'
import { eventually } from './stack.ts'
import type { WorkerConfig, WorkerLine, WorkerOrder } from './worker.ts'

/** How a process ended. */
export interface WorkerExit {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
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

const program = fileURLToPath(new URL('worker.ts', import.meta.url))

/** Starts a worker, on another Node where one is given; `note` is told of what its sinks note, `log` gets its log as text. */
export function spawnWorker(
  config: WorkerConfig,
  note: (line: SinkLine) => void,
  log: string[],
  node = process.execPath,
): Worker {
  // A process that is killed cannot remove its runtime's folder.
  const folder = mkdtempSync(join(tmpdir(), 'worker-'))
  const child = spawn(node, ['--conditions=tsmld-source', '--import', 'tsx', program], {
    env: { ...process.env, NODE_TEST_CONTEXT: '', TMPDIR: folder, TSMLD_WORKER: JSON.stringify(config) },
    stdio: 'pipe',
    detached: true,
  })
  const pid = child.pid ?? 0
  const lines: WorkerLine[] = []
  const { started, exit } = follow(child, lines, log, note)
  const order = (what: WorkerOrder): void => {
    child.stdin.write(`${JSON.stringify(what)}\n`)
  }
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
      child.kill('SIGCONT')
      child.kill('SIGKILL')
      await exit
      await rm(folder, { recursive: true, force: true })
    },
  }
}

function follow(
  child: ChildProcessWithoutNullStreams,
  lines: WorkerLine[],
  log: string[],
  note: (line: SinkLine) => void,
): { started: Promise<void>; exit: Promise<WorkerExit> } {
  const exit = new Promise<WorkerExit>(resolve => {
    child.on('close', (code, signal) => resolve({ code, signal, at: performance.now() }))
  })
  // An order to a process that is gone tells nothing: its exit does.
  child.stdin.on('error', () => {})
  const tell = (text: string): void => {
    log.push(`${new Date().toISOString()} worker ${child.pid}: ${text}`)
  }
  createInterface({ input: child.stderr }).on('line', tell)
  const started = new Promise<void>((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', text => {
      const line = JSON.parse(text) as WorkerLine
      lines.push(line)
      if ('application' in line) note(line)
      else tell(text)
      if (line.type === 'started') resolve()
    })
    void exit.then(({ code, signal }) =>
      reject(new Error(`worker ${child.pid} ended with ${signal ?? code} before it ran`)),
    )
  })
  started.catch(() => {})
  return { started, exit }
}
