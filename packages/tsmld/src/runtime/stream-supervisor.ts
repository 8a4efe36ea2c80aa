import type { NormalizedStream } from '../config/normalized-stream.ts'
import type { StreamDaemon } from '../daemon/stream-daemon.ts'
import { deferred } from '../deferred.ts'
import { asError, type RestartLimitError, TimeoutError } from '../errors.ts'
import { type Logger, withFields } from '../observability/logger.ts'
import type { DaemonKind } from './daemon-kind.ts'
import { type Child, delay, RestForOne } from './rest-for-one.ts'
import { type RestartLimit, RestartPolicy } from './restart-policy.ts'
import type { HomeSettings, SessionHome, SessionHomeInput, StreamListeners } from './session-home.ts'
import type { ShardStatus } from './session-registry.ts'
import { Watchdog } from './watchdog.ts'

/** What a tree needs beside its stream: the runtime's own settings. */
export interface TreeSettings extends HomeSettings {
  readonly restartLimit: RestartLimit
}

/** What a stream's tree is doing; `restarting` is also the wait before it. */
export type StreamState = 'starting' | 'running' | 'restarting' | 'stopping' | 'stopped' | 'failed'

/** One stream as `runtime.status()` tells of it: plain JSON. */
export interface StreamStatus {
  /** The application's name. */
  readonly name: string
  readonly type: 'kinesis' | 'dynamodb'
  readonly state: StreamState
  /** `pid` is null while no daemon runs. */
  readonly daemon: { readonly kind: 'embedded' | 'stock'; readonly pid: number | null }
  /** How often its tree, or a part of it, started again. */
  readonly restarts: number
  /** Why it last did, or why it failed. */
  readonly lastFailure: string | null
  readonly shards: readonly ShardStatus[]
}

/** A connection ends because its bridge process died, or with the JVM, whose own exit then tells more. */
const exitNoticeMs = 1_000
const failedChild: Readonly<Record<string, string>> = {
  sessions: 'the sessions failed and start again',
  listener: 'the listener failed and starts again',
  daemon: 'the daemon failed and starts again',
}
/** Nothing else is heard of the KCL for that long. */
const takesLong =
  "the shards begin when the KCL has leased them: at an application's very first start that takes it one to two minutes"
const leasing = {
  embedded: `${takesLong}, later seconds (fastStart: true makes it seconds while you develop)`,
  stock: takesLong,
} as const
const daemonBackoff = { baseMs: 100, maxMs: 30_000 }

/** One stream's tree, rest for one: sessions, listener, daemon. */
export class StreamSupervisor {
  readonly stream: NormalizedStream
  /** Resolves with the reason when the stream has failed for good, and all of it is gone. */
  readonly failed: Promise<RestartLimitError>
  readonly #kind: DaemonKind
  readonly #logger: Logger
  readonly #home: SessionHome
  readonly #tree: RestForOne
  readonly #watchdog: Watchdog
  /** A handler stalls, and the tree is to start again. */
  #stall = deferred<Error>()
  #listeners: StreamListeners | undefined
  #daemon: StreamDaemon | undefined
  #state: StreamState = 'stopped'
  /** With a stock daemon a failed session costs the whole daemon: it would exit by itself, but only after its grace. */
  #sessionFailure = deferred<Error>()

  /** @param newHome makes the place where the stream's sessions live. */
  constructor(
    stream: NormalizedStream,
    kind: DaemonKind,
    settings: TreeSettings,
    logger: Logger,
    newHome: (input: SessionHomeInput) => SessionHome,
  ) {
    this.stream = stream
    this.#kind = kind
    this.#logger = withFields(logger, { stream: stream.name })
    this.#home = newHome({
      stream,
      kind,
      settings,
      logger: this.#logger,
      onFailure: error => this.#sessionFailure.resolve(error),
      onDisconnect: error => {
        const { resolve } = this.#sessionFailure
        setTimeout(() => resolve(error), exitNoticeMs).unref()
      },
    })
    this.#watchdog = new Watchdog({
      stream,
      sessions: () => this.#home.sessions.running,
      restart: why => {
        void this.#home.sessions.terminate(why)
        this.#stall.resolve(why)
      },
      exit: exitCode => process.exit(exitCode),
    })
    const specs = [
      { name: 'sessions', start: (signal: AbortSignal) => this.#startSessions(signal) },
      { name: 'listener', start: (signal: AbortSignal) => this.#startListeners(signal) },
      { name: 'daemon', start: (signal: AbortSignal) => this.#startDaemon(signal) },
    ]
    this.#tree = new RestForOne(
      stream.name,
      specs,
      new RestartPolicy(settings.restartLimit, daemonBackoff),
      (child, error, delayMs) => {
        this.#state = 'restarting'
        this.#logger.error({ err: error, child, delayMs }, `${failedChild[child] ?? child}: ${error.message}`)
      },
    )
    this.failed = this.#tree.failed.then(error => {
      this.#state = 'failed'
      return error
    })
  }

  /** Starts the tree; a first start that fails is final. @throws TsmldError */
  async start(): Promise<void> {
    this.#state = 'starting'
    for (const note of this.stream.notes) this.#logger.warn({}, note)
    try {
      await this.#tree.start()
    } catch (error) {
      this.#noteFailedStart()
      throw error
    }
  }

  /** One that was called off has not failed. */
  #noteFailedStart(): void {
    if (this.#state === 'starting') this.#state = 'failed'
  }

  /**
   * Drains the shards and ends.
   * @throws TimeoutError when the deadline passed first, or the first failure of a session while it stopped: it has ended all the same.
   */
  async stop(deadlineMs: number): Promise<void> {
    this.#beginToStop()
    this.#home.sessions.stop()
    await this.#tree.release()
    try {
      await this.#stopDaemon(deadlineMs)
    } catch (error) {
      if (!(error instanceof TimeoutError)) throw error
      const running = this.#home.sessions.running.map(({ shardId }) => shardId).join(', ')
      if (running === '') throw error
      throw new TimeoutError(`${error.message} Still running: ${running}.`, { cause: error, stream: this.stream.name })
    } finally {
      await this.#close()
    }
  }

  /** @throws what the first shard failed with while it drained, or why the daemon did not stop well. */
  async #stopDaemon(deadlineMs: number): Promise<void> {
    const daemon = this.#daemon
    if (daemon === undefined) return
    // It would wait out its grace, and begin drained shards again meanwhile.
    if (!this.#kind.outlivesFailedSession) void this.#sessionFailure.promise.then(() => daemon.kill())
    const outcome = await daemon.stop(deadlineMs).catch(asError)
    const failure = this.#home.sessions.stopFailure ?? outcome
    if (failure !== undefined) throw failure
  }

  /** Ends at once, without draining. */
  async kill(): Promise<void> {
    this.#beginToStop()
    await this.#tree.release()
    await this.#daemon?.kill()
    await this.#close()
  }

  status(): StreamStatus {
    const { name, type, daemon } = this.stream
    return {
      name,
      type,
      state: this.#state,
      daemon: { kind: daemon.kind, pid: this.#daemon?.pid ?? null },
      restarts: this.#tree.restarts,
      lastFailure: this.#tree.lastFailure?.message ?? null,
      shards: this.#home.sessions.statuses(),
    }
  }

  /** A stream that has failed stays so, with its reason, for whoever reads the status afterwards. */
  #beginToStop(): void {
    this.#watchdog.stop()
    if (this.#state !== 'failed') this.#state = 'stopping'
  }

  async #close(): Promise<void> {
    await this.#listeners?.terminate()
    this.#home.sessions.stop()
    await this.#home.sessions.terminate()
    if (this.#state !== 'failed') this.#state = 'stopped'
  }

  async #startSessions(signal: AbortSignal): Promise<Child> {
    const sessions = await this.#home.start(signal)
    const stall = deferred<Error>()
    this.#stall = stall
    this.#watchdog.start()
    const terminate = (): Promise<void> => {
      this.#watchdog.stop()
      return sessions.terminate()
    }
    return { failed: Promise.race([sessions.failed, stall.promise]), terminate }
  }

  async #startListeners(signal: AbortSignal): Promise<Child> {
    this.#listeners = await this.#home.listen(signal)
    return this.#listeners
  }

  async #startDaemon(signal: AbortSignal): Promise<Child> {
    const { loads } = this.#listeners as StreamListeners
    if (this.#tree.restarts === 0) await delay(Math.random() * this.stream.startStaggerMs, signal)
    signal.throwIfAborted()
    const failure = deferred<Error>()
    this.#sessionFailure = failure
    const daemon = await this.#kind.startDaemon(this.stream, loads, {
      signal,
      leave: () => this.#home.sessions.leave(),
    })
    this.#daemon = daemon
    if (this.#state !== 'stopping') this.#state = 'running'
    if (this.#tree.restarts === 0 && !this.stream.fastStart) this.#logger.info({}, leasing[this.stream.daemon.kind])
    const failed = this.#kind.outlivesFailedSession ? daemon.failed : Promise.race([daemon.failed, failure.promise])
    const terminate = async (): Promise<void> => {
      this.#daemon = undefined
      await daemon.kill()
    }
    return { failed, terminate }
  }
}
