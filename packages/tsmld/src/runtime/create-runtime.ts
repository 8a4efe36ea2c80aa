import { randomBytes, randomUUID } from 'node:crypto'
import { hostname } from 'node:os'
import { type NormalizedRuntime, normalizeRuntime } from '../config/normalize-runtime.ts'
import type { NormalizedStream } from '../config/normalized-stream.ts'
import { createRuntimeFolder, type RuntimeFolder } from '../daemon/runtime-folder.ts'
import { type Deferred, deferred } from '../deferred.ts'
import { asError, ConfigError, type RestartLimitError, TimeoutError, TsmldError } from '../errors.ts'
import { stderrLogger } from '../observability/default-logger.ts'
import { guardedLogger } from '../observability/guarded-logger.ts'
import type { Logger } from '../observability/logger.ts'
import { ThreadPool } from '../threads/thread-pool.ts'
import { ThreadedHome } from '../threads/threaded-home.ts'
import { daemonKinds, frameLimits } from './daemon-kinds.ts'
import { type Health, healthOf } from './health.ts'
import { LocalHome } from './local-home.ts'
import type { RuntimeOptions } from './runtime-options.ts'
import type { SessionHome, SessionHomeInput } from './session-home.ts'
import type { RuntimeState, RuntimeStatus } from './status.ts'
import { StreamSupervisor } from './stream-supervisor.ts'

/** A terminal's Ctrl-C comes twice to a program that npm runs by a shell which replaces itself: from the terminal, and from npm. */
const oneKeyPressMs = 1_000

/** Processes streams in this process until it is stopped. */
export interface Runtime extends AsyncDisposable {
  /**
   * Starts every stream; resolves when their daemons run.
   * @throws ConfigError, StreamFailedError, DaemonExitError or TimeoutError; nothing is left running then.
   */
  start(): Promise<void>
  /**
   * Drains every shard, hands the leases back and ends the daemons; a second call waits for the first. Before `start()` it does nothing.
   * @throws the first of what failed: TimeoutError when shards were still running at the deadline (`stopDeadlineMs`), what a shard failed with while it
   * drained, or DaemonExitError; the others are in the log. Everything has ended all the same.
   */
  stop(): Promise<void>
  /**
   * Starts, and stops gracefully on SIGTERM and SIGINT. A second signal, more than a second after the first, ends the process at once with code 1. Resolves when it was stopped.
   * It listens from its call on; before that a signal is the process's own: it ends it at once, or, as process 1 of a container, passes unheard.
   * @throws what `start()`, `stop()` and `closed` throw.
   */
  run(): Promise<void>
  /** Resolves when the runtime was stopped, and rejects with the first fatal reason; unobserved, it raises no unhandled rejection. */
  readonly closed: Promise<void>
  status(): RuntimeStatus
  health(): Health
}

/**
 * Makes a runtime of one or more streams; nothing starts yet.
 * @throws ConfigError naming the option that is unknown, missing or wrong.
 */
export function createRuntime(options: RuntimeOptions): Runtime {
  const { logger } = options
  return new StreamRuntime(normalizeRuntime(options), logger === undefined ? stderrLogger() : guardedLogger(logger))
}

class StreamRuntime implements Runtime {
  readonly closed: Promise<void>
  readonly #options: NormalizedRuntime
  readonly #logger: Logger
  /** The same for every JVM of this runtime, so that a new one takes its own leases up at once; new for each runtime. */
  readonly #workerId = `${hostname()}-${String(process.pid)}-${randomUUID().slice(0, 8)}`
  readonly #closed: Deferred<void> = deferred()
  #supervisors: readonly StreamSupervisor[] = []
  #threads: ThreadPool | undefined
  #folder: RuntimeFolder | undefined
  #state: RuntimeState = 'created'
  #failure: Error | undefined
  #firstStreamFailure: RestartLimitError | undefined
  #stopping: Promise<void> | undefined
  /** What ends everything after a start that failed. */
  #failing: Promise<void> | undefined

  constructor(options: NormalizedRuntime, logger: Logger) {
    this.#options = options
    this.#logger = logger
    this.closed = this.#closed.promise
  }

  async start(): Promise<void> {
    if (this.#state !== 'created')
      throw new ConfigError(
        `This runtime is ${this.#state}: start() and run(), which calls it, can be called once. ${this.#state === 'running' || this.#state === 'starting' ? 'To wait for its end, await runtime.closed.' : 'Make another with createRuntime().'}`,
      )
    this.#state = 'starting'
    try {
      this.#folder = await createRuntimeFolder()
      const token = randomBytes(32).toString('hex')
      const kindOf = await daemonKinds({
        options: this.#options,
        logger: this.#logger,
        folder: this.#folder,
        token,
        workerId: this.#workerId,
      })
      if (this.#stopping !== undefined) throw new TimeoutError('The runtime was stopped while it started.')
      const homeAt = this.#homes(token)
      this.#supervisors = this.#options.streams.map(
        (stream, place) =>
          new StreamSupervisor(stream, kindOf(stream), this.#options, this.#logger, input => homeAt(input, place)),
      )
      await this.#startStreams()
    } catch (error) {
      await this.#fail(asError(error))
      throw this.#failure ?? error
    }
  }

  stop(): Promise<void> {
    if (this.#failing !== undefined) return this.#failing
    if (this.#state === 'created') {
      this.#state = 'stopped'
      this.#closed.resolve()
    }
    if (this.#state === 'stopped') return Promise.resolve()
    this.#stopping ??= this.#stop()
    return this.#stopping
  }

  async run(): Promise<void> {
    let firstAt: number | undefined
    const onSignal = (signal: NodeJS.Signals): void => {
      if (firstAt === undefined) {
        firstAt = performance.now()
        this.#logger.info({ signal }, 'stopping')
        // What it throws comes out through `closed`.
        this.stop().catch(() => {})
      } else if (performance.now() - firstAt > oneKeyPressMs) {
        this.#logger.warn({ signal }, 'a second signal: the process ends at once')
        process.exit(1)
      }
    }
    process.on('SIGTERM', onSignal).on('SIGINT', onSignal)
    try {
      // A stop while it starts makes the start fail; what counts then is how the stop went.
      await this.start().catch((error: unknown) => {
        if (this.#stopping === undefined) throw error
      })
      await this.closed
    } finally {
      process.off('SIGTERM', onSignal).off('SIGINT', onSignal)
    }
  }

  status(): RuntimeStatus {
    const streams = this.#supervisors.map(supervisor => supervisor.status())
    return { state: this.#state, workerId: this.#workerId, streams, threads: this.#threads?.statuses() ?? [] }
  }

  health(): Health {
    return healthOf(this.status())
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop()
  }

  /** Where the sessions of each stream live. */
  #homes(token: string): (input: SessionHomeInput, place: number) => SessionHome {
    const { threads: count, nodeTimeoutMs } = this.#options
    if (count === 0) return input => new LocalHome(input)
    const pool = new ThreadPool({ count, nodeTimeoutMs, logger: this.#logger })
    this.#threads = pool
    return (input, place) => new ThreadedHome(input, { pool, place, token, limits: frameLimits(this.#options) })
  }

  async #startStreams(): Promise<void> {
    for (const supervisor of this.#supervisors) {
      void supervisor.failed.then(error => {
        this.#streamFailed(supervisor.stream, error)
      })
    }
    await Promise.all(this.#supervisors.map(supervisor => supervisor.start()))
    if (this.#state === 'starting') this.#state = 'running'
  }

  #streamFailed({ name }: NormalizedStream, error: RestartLimitError): void {
    this.#logger.error({ err: error, stream: name }, `the stream has failed: ${error.message}`)
    if (this.#stopping !== undefined || this.#failing !== undefined) return
    this.#firstStreamFailure ??= error
    const allFailed = this.#supervisors.every(supervisor => supervisor.status().state === 'failed')
    if (allFailed) this.#failure = this.#firstStreamFailure
    else if (this.#mayContinue(error, name)) return
    else this.#failure = error
    this.stop().catch(() => {})
  }

  /** A policy that fails itself is no reason to go on. */
  #mayContinue(error: RestartLimitError, stream: string): boolean {
    const { onStreamFailed } = this.#options
    if (typeof onStreamFailed !== 'function') return onStreamFailed === 'continue'
    try {
      return onStreamFailed(error, stream) === 'continue'
    } catch (thrown) {
      this.#logger.error({ err: thrown, stream }, `onStreamFailed failed: ${asError(thrown).message}`)
      return false
    }
  }

  async #stop(): Promise<void> {
    this.#state = 'stopping'
    const { stopDeadlineMs } = this.#options
    const stopped = await Promise.allSettled(this.#supervisors.map(supervisor => supervisor.stop(stopDeadlineMs)))
    const failures = stopped.flatMap(result => (result.status === 'rejected' ? [asError(result.reason)] : []))
    for (const error of failures) this.#logger.error({ err: error }, `the stop failed: ${error.message}`)
    const [first] = failures
    await this.#close(this.#failure ?? first)
    if (first !== undefined) throw first
  }

  async #fail(error: Error): Promise<void> {
    if (this.#stopping !== undefined) {
      await this.#stopping.catch(() => {})
      // The stop may have come before there was a folder.
      await this.#removeFolder()
      return
    }
    this.#failure = error
    const stream = TsmldError.is(error) ? error.stream : undefined
    this.#logger.error(
      { err: error, ...(stream === undefined ? {} : { stream }) },
      `the start failed, and nothing is left running: ${error.message}`,
    )
    this.#failing = Promise.all(this.#supervisors.map(supervisor => supervisor.kill())).then(() => this.#close(error))
    await this.#failing
  }

  async #close(failure: Error | undefined): Promise<void> {
    await this.#threads?.end()
    await this.#removeFolder()
    this.#state = failure === undefined ? 'stopped' : 'failed'
    if (failure === undefined) this.#closed.resolve()
    else this.#closed.reject(failure)
  }

  async #removeFolder(): Promise<void> {
    try {
      await this.#folder?.[Symbol.asyncDispose]()
    } catch (error) {
      this.#logger.warn({ error: asError(error).message }, "the runtime's folder cannot be removed")
    }
  }
}
