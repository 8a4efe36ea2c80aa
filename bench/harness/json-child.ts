import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'

/** A line that a child says. */
export type Report = Readonly<Record<string, unknown>> & { readonly type: string }

const keptLines = 12
const exitGraceMs = 3_000

/** A process that speaks JSON lines on its stdin and stdout, in a process group of its own. */
export class JsonChild {
  readonly name: string
  readonly pid: number
  readonly #child: ChildProcessWithoutNullStreams
  readonly #closed: Promise<unknown>
  readonly #lastLines: string[] = []
  readonly #reports: Report[] = []
  #waiting: (() => void) | undefined
  #isClosed = false
  #stopping: Promise<void> | undefined

  constructor(name: string, command: string, args: readonly string[], env: NodeJS.ProcessEnv = process.env) {
    this.name = name
    this.#child = spawn(command, args, { env, detached: true, stdio: 'pipe' })
    this.pid = this.#child.pid ?? 0
    this.#child.on('error', error => {
      this.#lastLines.push(error.message)
    })
    this.#child.stdin.on('error', () => {})
    this.#closed = once(this.#child, 'close').catch(() => undefined)
    void this.#closed.then(() => {
      this.#isClosed = true
      this.#waiting?.()
    })
    createInterface({ input: this.#child.stderr }).on('line', line => {
      this.#keep(line)
    })
    createInterface({ input: this.#child.stdout }).on('line', line => {
      // Erlang's own error reports come on stdout.
      if (!line.startsWith('{"')) {
        this.#keep(line)
        return
      }
      this.#reports.push(JSON.parse(line) as Report)
      this.#waiting?.()
    })
  }

  #keep(line: string): void {
    this.#lastLines.push(line)
    if (this.#lastLines.length > keptLines) this.#lastLines.shift()
  }

  say(order: object): void {
    if (this.#child.stdin.writable) this.#child.stdin.write(`${JSON.stringify(order)}\n`)
  }

  /**
   * The next report, which must be of that type.
   * @throws Error with its last log lines when it says something else, ends, or says nothing for `timeoutMs`.
   */
  async report<T extends Report>(type: T['type'], timeoutMs: number): Promise<T> {
    const report = await this.next<T>(timeoutMs)
    if (report.type !== type) throw this.failure(`it said ${JSON.stringify(report)} rather than '${type}'`)
    return report
  }

  /** The next report, of any type. @throws Error as {@link report} does. */
  async next<T extends Report>(timeoutMs: number): Promise<T> {
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<'late'>(resolve => {
      timer = setTimeout(resolve, timeoutMs, 'late')
    })
    try {
      while (this.#reports.length === 0) {
        if (this.#isClosed) throw this.failure('it ended before its time')
        const more = new Promise<'more'>(resolve => {
          this.#waiting = () => {
            resolve('more')
          }
        })
        if ((await Promise.race([more, late])) === 'late')
          throw this.failure(`it said nothing for ${timeoutMs / 1000} s`)
      }
    } finally {
      clearTimeout(timer)
    }
    return this.#reports.shift() as T
  }

  failure(what: string): Error {
    const log = this.#lastLines.map(line => `\n    ${line}`).join('')
    return new Error(`${this.name}: ${what}${log === '' ? '' : `; its last lines:${log}`}`)
  }

  /** Ends its stdin, by which it should end; else kills its group. */
  stop(): Promise<void> {
    this.#stopping ??= this.#stop()
    return this.#stopping
  }

  async #stop(): Promise<void> {
    this.#child.stdin.end()
    const timer = setTimeout(() => {
      this.#kill()
    }, exitGraceMs)
    await this.#closed
    clearTimeout(timer)
    // What it started itself and left behind.
    this.#kill()
  }

  #kill(): void {
    try {
      if (this.pid > 0) process.kill(-this.pid, 'SIGKILL')
    } catch {
      // No process of its group is left.
    }
  }
}
