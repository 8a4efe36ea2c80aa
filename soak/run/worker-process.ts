import { mkdtempSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startChild } from '../../test/real/support/worker-child.ts'
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
const program = new URL('../worker/program.ts', import.meta.url)

/** Starts a worker; `onHandled` is told of the records that it handles. */
export function startWorker(
  config: SoakWorkerConfig,
  environment: Readonly<Record<string, string>>,
  onHandled: (stream: string, records: readonly string[]) => void,
): SoakWorker {
  const folder = mkdtempSync(join(tmpdir(), 'soak-'))
  const defaults = { ...config.defaults, jvmArgs: [...(config.defaults.jvmArgs ?? []), `-Djava.io.tmpdir=${folder}`] }
  const waiting: ((figures: WorkerFigures) => void)[] = []
  const child = startChild<SoakWorkerLine, object>({
    program,
    nodeArgs: ['--expose-gc'],
    env: {
      ...environment,
      TMPDIR: folder,
      TSMLD_LOG: 'error',
      // tsx would keep what it compiled in the folder that is measured.
      TSX_DISABLE_CACHE: '1',
      TSMLD_SOAK: JSON.stringify({ ...config, defaults }),
    },
    detached: false,
    onLine: line => {
      if (line.type === 'handled') onHandled(line.stream, line.records)
      if (line.type === 'figures') waiting.shift()?.(line)
    },
  })
  return {
    ...child,
    folder,
    exit: child.exit.then(({ code }) => code),
    figures() {
      child.order({ do: 'figures' })
      return new Promise(resolve => {
        waiting.push(resolve)
        setTimeout(() => resolve(null), answerMs).unref()
      })
    },
    removeFolder: () => rm(folder, { recursive: true, force: true }),
  }
}
