import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { SoakWorkerConfig, SoakWorkerLine } from '../worker/program.ts'

/** What a worker says of itself. */
export type WorkerFigures = Extract<SoakWorkerLine, { type: 'figures' }>

/** A worker in a process of its own. */
export interface SoakWorker {
  readonly pid: number
  /** Its TMPDIR and its JVM's: what it leaves behind is there. */
  readonly folder: string
  /** Resolves when its streams run. */
  readonly started: Promise<void>
  /** Its exit code; null where a signal ended it. */
  readonly exit: Promise<number | null>
  /** Has it collect its garbage; null where it does not answer in time. */
  figures(): Promise<WorkerFigures | null>
  signal(signal: NodeJS.Signals): void
  removeFolder(): Promise<void>
}

const answerMs = 5_000
const program = fileURLToPath(new URL('../worker/program.ts', import.meta.url))

/** Starts a worker; `onHandled` is told of the records that it handles. */
export function startWorker(
  config: SoakWorkerConfig,
  environment: Readonly<Record<string, string>>,
  onHandled: (stream: string, records: readonly string[]) => void,
): SoakWorker {
  const folder = mkdtempSync(join(tmpdir(), 'soak-'))
  const defaults = { ...config.defaults, jvmArgs: [...(config.defaults.jvmArgs ?? []), `-Djava.io.tmpdir=${folder}`] }
  const child = spawn(process.execPath, ['--expose-gc', '--conditions=tsmld-source', '--import', 'tsx', program], {
    env: {
      ...process.env,
      ...environment,
      TMPDIR: folder,
      TSMLD_LOG: 'error',
      // tsx would keep what it compiled in the folder that is measured.
      TSX_DISABLE_CACHE: '1',
      TSMLD_SOAK: JSON.stringify({ ...config, defaults }),
    },
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const waiting: ((figures: WorkerFigures) => void)[] = []
  const exit = once(child, 'close').then(([code]) => code as number | null)
  // An order to a process that is gone tells nothing: its exit does.
  child.stdin.on('error', () => {})
  const started = new Promise<void>((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', text => {
      const line = JSON.parse(text) as SoakWorkerLine
      if (line.type === 'started') resolve()
      if (line.type === 'handled') onHandled(line.stream, line.records)
      if (line.type === 'figures') waiting.shift()?.(line)
      if (line.type === 'failed') reject(new Error(`a worker failed: ${line.message}`))
    })
    void exit.then(code => reject(new Error(`a worker ended with ${code} before it ran`)))
  })
  started.catch(() => {})
  return {
    pid: child.pid ?? 0,
    folder,
    started,
    exit,
    figures() {
      child.stdin.write('\n')
      return new Promise(resolve => {
        waiting.push(resolve)
        setTimeout(() => resolve(null), answerMs).unref()
      })
    },
    signal(signal) {
      child.kill(signal)
    },
    removeFolder: () => rm(folder, { recursive: true, force: true }),
  }
}
