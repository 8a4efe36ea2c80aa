import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { asError, DaemonExitError } from '../errors.ts'
import type { Logger } from '../observability/logger.ts'
import { LineSplitter } from '../protocol/line-splitter.ts'
import { DaemonLog } from './daemon-log.ts'

/** How to start one JVM. */
export interface JavaCommand {
  readonly java: string
  readonly args: readonly string[]
  readonly env: NodeJS.ProcessEnv
}

/** How a process ended; both are null where it never started. */
export interface ProcessExit {
  readonly exitCode: number | null
  readonly signal: NodeJS.Signals | null
}

const greatestOutputLine = 1 << 20

/** A running JVM, in a process group of its own: Ctrl-C in a terminal reaches Node alone, which then decides. */
export class JavaProcess {
  /** Resolves when it has ended and its pipes are read to their ends; never rejects. */
  readonly exited: Promise<ProcessExit>
  readonly #child: ChildProcessWithoutNullStreams
  readonly #log: DaemonLog
  readonly #command: JavaCommand
  #startError: Error | undefined
  #hasExited = false

  /** @param on what is told of each line of its standard output, and of its log. */
  constructor(
    command: JavaCommand,
    logger: Logger,
    on: { readonly outputLine?: (line: string) => void; readonly logLine?: (line: string) => void },
  ) {
    this.#command = command
    this.#log = new DaemonLog(logger)
    const { java, args, env } = command
    this.#child = spawn(java, args, { env, detached: true, stdio: 'pipe' })
    this.#child.on('error', error => {
      this.#startError = error
    })
    // Its end is told by its exit: a pipe that breaks tells nothing more.
    this.#child.stdin.on('error', () => {})
    this.#readOutput(on.outputLine)
    createInterface({ input: this.#child.stderr, crlfDelay: Infinity }).on('line', line => {
      this.#log.write(line)
      on.logLine?.(line)
    })
    this.exited = new Promise(resolve => {
      this.#child.on('close', (exitCode, signal) => {
        this.#hasExited = true
        this.#log.end()
        resolve({ exitCode, signal })
      })
    })
  }

  /** By our own splitter: readline also ends lines at U+2028, which a report may hold, and bounds none. */
  #readOutput(onLine: ((line: string) => void) | undefined): void {
    const lines = new LineSplitter(greatestOutputLine)
    this.#child.stdout.on('data', (chunk: Buffer) => {
      try {
        for (const line of lines.push(chunk)) onLine?.(line.toString())
      } catch (error) {
        this.#log.write(`The standard output of the JVM is unreadable: ${asError(error).message}`)
        void this.kill()
      }
    })
  }

  get pid(): number | undefined {
    return this.#child.pid
  }

  writeLine(line: string): void {
    if (this.#child.stdin.writable) this.#child.stdin.write(`${line}\n`)
  }

  /** Ends its standard input: the daemon takes it as Node's end. */
  closeInput(): void {
    this.#child.stdin.end()
  }

  /** Asks the JVM itself to end; its bridge processes, if it has any, live on until it lets them go. */
  terminate(): void {
    this.#child.kill('SIGTERM')
  }

  /** Kills its whole group, bridge processes included, and resolves when it is gone. */
  async kill(): Promise<void> {
    const { pid } = this.#child
    if (pid !== undefined && !this.#hasExited) {
      try {
        process.kill(-pid, 'SIGKILL')
      } catch {
        // It ended meanwhile, or the system has no process groups (Windows).
        this.#child.kill('SIGKILL')
      }
    }
    await this.exited
  }

  /** What its exit means to someone who did not ask for it. */
  exitError(exit: ProcessExit, what: string): DaemonExitError {
    const { lastLines } = this.#log
    if (this.#startError !== undefined) {
      return new DaemonExitError(
        `${what} could not be started with ${this.#command.java}: ${asError(this.#startError).message}`,
        { ...exit, lastLines },
      )
    }
    const how = exit.signal === null ? `with code ${String(exit.exitCode)}` : `by ${exit.signal}`
    // A JVM that does not start says why in the first of two or three.
    const last = lastLines.slice(-3).join(' | ')
    return new DaemonExitError(`${what} ended ${how}${last === '' ? '' : `; its last lines: ${last}`}`, {
      ...exit,
      lastLines,
    })
  }
}
