import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

/** A program of the example as a process of its own. */
export interface Program {
  readonly exited: Promise<number | null>
  kill(signal: 'SIGKILL' | 'SIGTERM'): Promise<number | null>
}

/** Starts `worker` or `seed-main`; what it prints comes line by line. */
export function startProgram(
  name: 'worker' | 'seed-main',
  env: Readonly<Record<string, string>>,
  on: { readonly line: (line: string) => void; readonly log: (line: string) => void },
): Program {
  const file = fileURLToPath(new URL(`../${name}.ts`, import.meta.url))
  const child: ChildProcess = spawn(
    process.execPath,
    ['--no-warnings', '--conditions=tsmld-source', '--import', 'tsx', file],
    {
      env: { ...process.env, NODE_OPTIONS: '', NODE_TEST_CONTEXT: '', REPORT: '1', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  )
  if (child.stdout !== null) createInterface({ input: child.stdout }).on('line', on.line)
  if (child.stderr !== null) createInterface({ input: child.stderr }).on('line', on.log)
  const exited = once(child, 'close').then(([code]) => code as number | null)
  return {
    exited,
    kill: signal => {
      child.kill(signal)
      return exited
    },
  }
}
