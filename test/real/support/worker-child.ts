import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import type { LifeLine } from './worker-life.ts'

/** How a worker's program is run; it prints lines and is given orders. */
export interface ChildOptions<Line> {
  readonly program: URL
  /** Beside this process's own. */
  readonly env: Readonly<Record<string, string>>
  /** @default this process's own */
  readonly node?: string
  readonly nodeArgs?: readonly string[]
  /** Whether it leads a process group of its own, which a terminal's signals pass by. */
  readonly detached: boolean
  readonly onLine: (line: Line) => void
  /** Told each line of its log, which goes to this process's stderr otherwise. */
  readonly onLog?: (text: string) => void
}

/** How a process ended. */
export interface ChildExit {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

/** A worker's program in a process of its own. */
export interface WorkerChild<Order> {
  readonly pid: number
  /** Resolves when its streams run. */
  readonly started: Promise<void>
  readonly exit: Promise<ChildExit>
  order(order: Order): void
  /** False where it is gone. */
  signal(signal: NodeJS.Signals): boolean
}

/** Starts a program that lives as worker-life.ts has it. */
export function startChild<Line, Order>({
  program,
  env,
  node = process.execPath,
  nodeArgs = [],
  detached,
  onLine,
  onLog,
}: ChildOptions<Line>): WorkerChild<Order> {
  const child = spawn(node, [...nodeArgs, '--conditions=tsmld-source', '--import', 'tsx', fileURLToPath(program)], {
    env: { ...process.env, NODE_TEST_CONTEXT: '', ...env },
    stdio: ['pipe', 'pipe', onLog === undefined ? 'inherit' : 'pipe'],
    detached,
  }) as ChildProcessByStdio<Writable, Readable, Readable | null>
  const { pid = 0, stdin, stdout, stderr } = child
  const exit = new Promise<ChildExit>(resolve => {
    child.on('close', (code, signal) => resolve({ code, signal }))
  })
  let failure = ''
  child.on('error', error => {
    failure = `: ${error.message}`
  })
  // An order to a process that is gone tells nothing: its exit does.
  stdin.on('error', () => {})
  if (stderr !== null && onLog !== undefined) createInterface({ input: stderr }).on('line', onLog)
  const started = new Promise<void>((resolve, reject) => {
    createInterface({ input: stdout }).on('line', text => {
      const line = JSON.parse(text) as LifeLine
      if (line.type === 'started') resolve()
      if (line.type === 'failed') failure = `: ${line.message}`
      onLine(line as Line)
    })
    void exit.then(({ code, signal }) =>
      reject(new Error(`worker ${pid} ended with ${signal ?? code} before it ran${failure}`)),
    )
  })
  started.catch(() => {})
  return {
    pid,
    started,
    exit,
    order: order => void stdin.write(`${JSON.stringify(order)}\n`),
    signal: signal => child.kill(signal),
  }
}
