import { type Deferred, deferred } from '../deferred.ts'
import { asError, ThreadExitError, TimeoutError, type TsmldError } from '../errors.ts'
import type { Logger } from '../observability/logger.ts'
import { revive } from './plain-error.ts'
import { reviveFields } from './plain-fields.ts'
import type { RemoteSession } from './remote-session.ts'
import type { OpenedSession, ThreadAnswer, ThreadOrder, ThreadReport, ThreadRequest } from './thread-messages.ts'

/** What a run needs of `node:worker_threads`. */
export interface ThreadProcess {
  postMessage(order: ThreadOrder): void
  terminate(): Promise<unknown>
  on(event: 'message', told: (report: ThreadReport) => void): unknown
  on(event: 'error', told: (error: unknown) => void): unknown
  on(event: 'exit', told: (exitCode: number) => void): unknown
}

/** What one run of a thread is made of. */
export interface ThreadOptions {
  readonly index: number
  readonly boot: () => ThreadProcess
  /** After this long without a sign of life it is ended, in milliseconds. */
  readonly nodeTimeoutMs: number
  readonly logger: Logger
  /** Told when a session came, ended or went. */
  readonly onSessions: () => void
}

/** What a stream does with what a thread reports of it. */
export interface StreamInThread {
  /** Takes a session in; null where it is refused. */
  opened(session: OpenedSession): RemoteSession | null
  listenerFailed(error: Error): void
}

/** One run of a thread, as the main thread sees it. */
export class Thread {
  readonly index: number
  /** Resolves with its first sign of life. */
  readonly alive: Promise<void>
  /** Resolves with why it ended or is being ended, unless that was asked for. */
  readonly failed: Promise<ThreadExitError>
  /** Resolves when it is gone: no code runs in it. */
  readonly exited: Promise<void>
  readonly #options: ThreadOptions
  readonly #process: ThreadProcess
  readonly #alive: Deferred<void> = deferred()
  readonly #failed = deferred<ThreadExitError>()
  readonly #exited: Deferred<void> = deferred()
  readonly #streams = new Map<string, StreamInThread>()
  readonly #sessions = new Map<number, RemoteSession>()
  readonly #requests = new Map<number, Deferred<ThreadAnswer>>()
  #failedStreams: ReadonlySet<string> = new Set()
  #request = 0
  #over: TsmldError | undefined
  #heardAt = 0
  #watch: NodeJS.Timeout | undefined

  constructor(options: ThreadOptions) {
    this.#options = options
    this.index = options.index
    this.alive = this.#alive.promise
    this.failed = this.#failed.promise
    this.exited = this.#exited.promise
    this.#process = options.boot()
    this.#process.on('message', report => {
      // The user's code may use the port of its thread as well.
      if (typeof report === 'object' && (report as unknown) !== null) this.#hear(report)
    })
    this.#process.on('error', error => {
      const { name, message } = asError(error)
      this.#fail(`ended by an uncaught ${name}: ${message}`, null, error)
    })
    this.#process.on('exit', exitCode => {
      this.#fail(`ended with code ${exitCode}: process.exit() was called in it`, exitCode)
      this.#gone()
    })
  }

  /** Whether it is over, or about to be. */
  get isOver(): boolean {
    return this.#over !== undefined
  }

  /** Since its last sign of life, in milliseconds; null before the first, and when it is over. */
  get silentMs(): number | null {
    return this.#watch === undefined || this.isOver ? null : Math.round(performance.now() - this.#heardAt)
  }

  /** The streams that had sessions there when it failed. */
  get failedStreams(): ReadonlySet<string> {
    return this.#failedStreams
  }

  get sessions(): readonly RemoteSession[] {
    return [...this.#sessions.values()]
  }

  /** Says who takes what it reports of a stream. */
  serve(stream: string, on: StreamInThread): void {
    this.#streams.set(stream, on)
  }

  order(order: ThreadOrder): void {
    this.#process.postMessage(order)
  }

  /** @throws what failed there, or why the thread is over. */
  async ask(request: ThreadRequest): Promise<ThreadAnswer> {
    if (this.#over !== undefined) throw this.#over
    const answered = deferred<ThreadAnswer>()
    const number = ++this.#request
    this.#requests.set(number, answered)
    this.order({ ...request, request: number })
    const answer = await answered.promise
    if (answer.kind === 'failed') throw revive(answer.error)
    return answer
  }

  /** Ends it at once, whatever runs there; resolves when it is gone. */
  async terminate(): Promise<void> {
    this.#end(new TimeoutError(`Thread ${this.index} was ended.`))
    await this.#process.terminate()
    await this.exited
  }

  #hear(report: ThreadReport): void {
    this.#heard()
    switch (report.kind) {
      case 'opened':
        this.#open(report)
        return
      case 'statuses':
        for (const [session, status] of report.statuses) this.#sessions.get(session)?.statusTold(status)
        return
      case 'answered':
        this.#requests.get(report.request)?.resolve(report.answer)
        this.#requests.delete(report.request)
        return
      case 'listenerFailed':
        this.#streams.get(report.stream)?.listenerFailed(revive(report.error))
        return
      case 'logged':
        this.#options.logger[report.level]({ thread: this.index, ...reviveFields(report.fields) }, report.message)
        return
      case 'settled':
        this.#sessions.get(report.session)?.hear(report)
        if (this.#sessions.delete(report.session)) this.#options.onSessions()
        return
      case 'ended':
        this.#sessions.get(report.session)?.hear(report)
        this.#options.onSessions()
        return
      case 'asksTurn':
      case 'madeWay':
      case 'lost':
        this.#sessions.get(report.session)?.hear(report)
        return
      default:
        report satisfies never
    }
  }

  #open(opened: OpenedSession): void {
    const session = this.#streams.get(opened.hello.stream)?.opened(opened)
    if (session === undefined || session === null) return
    this.#sessions.set(opened.session, session)
    this.#options.onSessions()
  }

  #heard(): void {
    this.#heardAt = performance.now()
    if (this.#watch !== undefined || this.isOver) return
    this.#alive.resolve()
    this.#watch = this.#watchOver()
  }

  /** Only what this thread itself had time to hear can be missed. */
  #watchOver(): NodeJS.Timeout {
    const { nodeTimeoutMs } = this.#options
    const everyMs = nodeTimeoutMs / 10
    let lookedAt = performance.now()
    return setInterval(() => {
      const now = performance.now()
      if (now - lookedAt > 2 * everyMs) this.#heardAt = now
      lookedAt = now
      if (now - this.#heardAt < nodeTimeoutMs) return
      this.#fail(`gave no sign of life for ${nodeTimeoutMs} ms and is ended: a handler blocks its event loop`, null)
      void this.#process.terminate()
    }, everyMs)
  }

  #fail(how: string, exitCode: number | null, cause?: unknown): void {
    if (this.isOver) return
    const { index } = this
    const options = cause === undefined ? {} : { cause }
    const error = new ThreadExitError(`Thread ${index} ${how}.`, { thread: index, exitCode }, options)
    this.#failedStreams = new Set(this.sessions.map(({ stream }) => stream))
    this.#end(error)
    this.#failed.resolve(error)
  }

  #end(why: TsmldError): void {
    this.#over ??= why
    clearInterval(this.#watch)
    for (const request of this.#requests.values()) request.reject(this.#over)
    this.#requests.clear()
  }

  #gone(): void {
    const why = this.#over ?? new TimeoutError(`Thread ${this.index} is gone.`)
    for (const session of this.#sessions.values()) session.threadEnded(why)
    this.#sessions.clear()
    this.#exited.resolve()
    this.#options.onSessions()
  }
}
