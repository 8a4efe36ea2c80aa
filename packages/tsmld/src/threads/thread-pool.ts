import { TimeoutError } from '../errors.ts'
import type { Logger } from '../observability/logger.ts'
import { within } from '../runtime/within.ts'
import { Thread, type ThreadProcess } from './thread.ts'
import { bootThread } from './thread-boot.ts'

/** One thread as `runtime.status()` tells of it: plain JSON. */
export interface ThreadStatus {
  /** From 0. */
  readonly index: number
  /** What it is doing; `restarting` is also the wait before it. */
  readonly state: 'starting' | 'running' | 'restarting' | 'stopped'
  /** How long ago it gave its last sign of life, in milliseconds: at most about 500, unless a handler blocks it. Null where none runs. */
  readonly silentMs: number | null
  /** How many sessions live there, over all streams. */
  readonly sessions: number
  /** How often it started again. */
  readonly restarts: number
  /** Why it last did. */
  readonly lastFailure: string | null
}

/** What the threads of a runtime are made of. */
export interface ThreadPoolOptions {
  readonly count: number
  /** After this long without a sign of life a thread is ended, in milliseconds. */
  readonly nodeTimeoutMs: number
  readonly logger: Logger
  /** Starts the program of a thread. @default {@link bootThread} */
  readonly boot?: (index: number) => ThreadProcess
}

/** How long a thread may take to end when nothing in JavaScript can hold it: only native code that blocks. */
const endGraceMs = 5_000
const neverCalledOff = new AbortController().signal

/** The threads of one runtime, which all of its streams share. */
export class ThreadPool {
  readonly slots: readonly ThreadSlot[]
  readonly #told = new Set<() => void>()

  constructor(options: ThreadPoolOptions) {
    const onSessions = (): void => {
      for (const told of this.#told) told()
    }
    this.slots = Array.from({ length: options.count }, (_, index) => new ThreadSlot(index, options, onSessions))
  }

  /** Calls `told` whenever a session came, ended or went in any thread. */
  onSessions(told: () => void): void {
    this.#told.add(told)
  }

  statuses(): ThreadStatus[] {
    return this.slots.map(slot => slot.status())
  }

  /** Ends all threads, whatever runs there; resolves when they are gone. */
  async end(): Promise<void> {
    await Promise.all(this.slots.map(slot => slot.end()))
  }
}

/** One place in the pool: the thread that runs there, and after its end the next. */
export class ThreadSlot {
  readonly index: number
  readonly #options: ThreadPoolOptions
  readonly #onSessions: () => void
  #thread: Thread | undefined
  #starting: Promise<Thread> | undefined
  #state: ThreadStatus['state'] = 'starting'
  #restarts = 0
  #lastFailure: string | null = null

  constructor(index: number, options: ThreadPoolOptions, onSessions: () => void) {
    this.index = index
    this.#options = options
    this.#onSessions = onSessions
  }

  /**
   * Gives the thread that runs, or starts one once the old one's end was seen.
   * @throws ThreadExitError, ConfigError, TimeoutError
   */
  start(): Promise<Thread> {
    this.#starting ??= this.#start().finally(() => {
      this.#starting = undefined
    })
    return this.#starting
  }

  status(): ThreadStatus {
    const { index } = this
    const { sessions = [], silentMs = null } = this.#thread ?? {}
    return {
      index,
      state: this.#state,
      silentMs,
      sessions: sessions.length,
      restarts: this.#restarts,
      lastFailure: this.#lastFailure,
    }
  }

  async end(): Promise<void> {
    this.#state = 'stopped'
    const ended = this.#thread?.terminate() ?? Promise.resolve()
    if ((await within(ended, endGraceMs, neverCalledOff)) === 'settled') return
    const message = 'the thread does not end: native code blocks it, and ends with this process only'
    this.#options.logger.warn({ thread: this.index }, message)
  }

  async #start(): Promise<Thread> {
    const old = this.#thread
    if (old !== undefined && !old.isOver) return old
    await old?.exited
    this.#throwIfStopped()
    if (old !== undefined) this.#restarts++
    const thread = this.#newThread()
    await Promise.race([
      thread.alive,
      thread.failed.then(error => {
        throw error
      }),
      thread.exited,
    ])
    this.#throwIfStopped()
    this.#state = 'running'
    return thread
  }

  #throwIfStopped(): void {
    if (this.#state === 'stopped') throw new TimeoutError('The runtime is stopping.')
  }

  #newThread(): Thread {
    const { boot = bootThread, nodeTimeoutMs, logger } = this.#options
    const { index } = this
    const thread = new Thread({
      index,
      boot: () => boot(index),
      nodeTimeoutMs,
      logger,
      onSessions: this.#onSessions,
    })
    this.#thread = thread
    void thread.failed.then(error => {
      this.#lastFailure = error.message
      this.#state = 'restarting'
      logger.error({ err: error, thread: index }, `a thread is gone: ${error.message}`)
    })
    return thread
  }
}
