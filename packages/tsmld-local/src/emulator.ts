import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { LogTail } from './log-tail.ts'

/** What it takes to run one emulator. */
export interface EmulatorCommand {
  /** Its name in messages. */
  readonly name: string
  readonly command: string
  /** What must be installed for the command to be found, as the end of a sentence. */
  readonly needs: string
  readonly args: readonly string[]
  /** Its working directory. */
  readonly folder: string
  readonly environment: Readonly<Record<string, string>>
  /** Asks the emulator whether it serves; rejects or answers false until it does. */
  isReady(signal: AbortSignal): Promise<boolean>
}

/** An emulator that serves. */
export interface Emulator {
  /** Resolves when the process has ended, however it ended. */
  readonly exited: Promise<void>
  /** Ends the process and resolves when it is gone; may be called again. */
  stop(): Promise<void>
}

// Beside both src/ and dist/.
const guard = fileURLToPath(new URL('../guard.mjs', import.meta.url))

/**
 * Starts an emulator in a process group of its own, under a guard that ends it when this process dies, and waits until it serves.
 * @throws Error with the emulator's last log lines when it ends before that, or is not ready within `deadlineMs`.
 */
export async function startEmulator(emulator: EmulatorCommand, deadlineMs: number): Promise<Emulator> {
  const child = spawn(process.execPath, [guard, emulator.folder, emulator.command, ...emulator.args], {
    env: { ...process.env, NODE_OPTIONS: '', ...emulator.environment },
    stdio: ['pipe', 'pipe', 'pipe'],
    // Ctrl-C in a terminal must not take the emulators away from a program that is still draining.
    detached: true,
  })
  const tail = new LogTail(20)
  for (const output of [child.stdout, child.stderr])
    output.setEncoding('utf8').on('data', (piece: string) => {
      tail.push(piece)
    })
  // Writing to a process that is gone is no news: its exit is.
  child.stdin.on('error', () => undefined)

  const exited = once(child, 'close').then(() => undefined)
  const stop = async (): Promise<void> => {
    child.stdin.end()
    await exited
  }
  try {
    await untilReady(emulator, exited, deadlineMs)
  } catch (error) {
    await stop()
    // The guard's word for a command that is not there.
    if (child.exitCode === 127) throw new Error(`${emulator.name} could not be run: it needs ${emulator.needs}.`)
    const lines = tail.lines()
    const log = lines.length === 0 ? 'It wrote nothing.' : `Its last lines:\n${lines.join('\n')}`
    throw new Error(`${(error as Error).message} ${log}`, { cause: error })
  }
  return { exited, stop }
}

async function untilReady(emulator: EmulatorCommand, exited: Promise<void>, deadlineMs: number): Promise<void> {
  const waiting = new AbortController()
  const timer = setTimeout(() => {
    waiting.abort(new Error(`${emulator.name} was not ready within ${String(deadlineMs)} ms.`))
  }, deadlineMs)
  void exited.then(() => {
    waiting.abort(new Error(`${emulator.name} ended before it was ready.`))
  })
  try {
    for (;;) {
      const ready = await emulator.isReady(waiting.signal).catch(() => false)
      waiting.signal.throwIfAborted()
      if (ready) return
      await pause(50, waiting.signal)
    }
  } finally {
    clearTimeout(timer)
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise(resolve => {
    const timer = setTimeout(done, ms)
    signal.addEventListener('abort', done)
    function done() {
      clearTimeout(timer)
      signal.removeEventListener('abort', done)
      resolve()
    }
  })
}
