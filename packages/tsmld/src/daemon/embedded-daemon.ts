import type { DaemonStream } from '../config/to-properties.ts'
import { type Deferred, deferred } from '../deferred.ts'
import { asError, DaemonExitError, ProtocolError, StreamFailedError, TimeoutError } from '../errors.ts'
import type { Logger } from '../observability/logger.ts'
import { Coalescer } from './coalescer.ts'
import { type ControlListener, type ControlOrder, type ControlReport, parseReport } from './control-channel.ts'
import { type JavaCommand, JavaProcess, type ProcessExit } from './java-process.ts'
import type { ListenerLoads } from './listener-loads.ts'
import type { StreamDaemon } from './stream-daemon.ts'

/** What one run of the daemon is made of; durations in milliseconds. */
export interface EmbeddedDaemonOptions {
  readonly command: JavaCommand
  readonly token: string
  readonly nodeTimeoutMs: number
  readonly startTimeoutMs: number
  readonly logLevels: Readonly<Record<string, string>>
  readonly logger: Logger
}

const pingEveryMs = 2_000
/** Many shards begin and end at once. */
const loadsQuietMs = 50
const loadsWithinMs = 500
/** What the daemon gets beyond the deadline to say its exit, before it is killed. */
const exitGraceMs = 1_000
/** The daemon's exit code when shards were still draining at the stop's deadline (docs/protocol.md). */
const deadlinePassedCode = 3
/** The daemon's word for a connection that Node has closed, which has said why by then. */
const closedByNode = 'Node closed the connection'

/** One stream that the daemon runs. */
interface Hosted {
  readonly stream: DaemonStream
  readonly listeners: ListenerLoads
  stopping: boolean
  readonly started: () => void
  readonly fail: (error: Error) => void
  readonly stopped: (drained: boolean) => void
  /** Resolves when the stream is out of the daemon, or the daemon gone: whether every shard was drained. */
  readonly drained: Promise<boolean>
}

/** One run of our daemon's JVM and the streams in it; made for the first stream, gone with the last. */
export class EmbeddedDaemon {
  readonly #options: EmbeddedDaemonOptions
  readonly #process: JavaProcess
  readonly #ready: Deferred<void> = deferred()
  readonly #hosted = new Map<string, Hosted>()
  readonly #pings: NodeJS.Timeout
  readonly #loads = new Coalescer(
    () => {
      this.#tellListeners()
    },
    loadsQuietMs,
    loadsWithinMs,
  )
  #exit: Extract<ControlReport, { type: 'exit' }> | undefined
  #killedBy: Error | undefined
  #ending = false
  /** Whether its standard input was ended, which it takes for Node's end. */
  #hasLeft = false

  constructor(options: EmbeddedDaemonOptions) {
    this.#options = options
    this.#process = new JavaProcess(options.command, options.logger, {
      outputLine: line => {
        this.#read(line)
      },
    })
    this.#order({
      type: 'start',
      version: 1,
      token: options.token,
      nodeTimeoutMs: options.nodeTimeoutMs,
      listeners: [],
      streams: [],
      logLevels: options.logLevels,
    })
    this.#pings = setInterval(() => {
      this.#order({ type: 'ping' })
    }, pingEveryMs)
    void this.#process.exited.then(exit => {
      this.#exited(exit)
    })
  }

  /** Whether it takes no more streams: it is gone, or going. */
  get isEnding(): boolean {
    return this.#ending
  }

  /** Resolves when the JVM is gone. */
  get exited(): Promise<ProcessExit> {
    return this.#process.exited
  }

  /**
   * Runs one stream in this JVM.
   * @throws StreamFailedError, DaemonExitError, TimeoutError
   */
  async host(stream: DaemonStream, listeners: ListenerLoads, signal: AbortSignal): Promise<StreamDaemon> {
    const started: Deferred<void> = deferred()
    const failed = deferred<Error>()
    const stopped = deferred<boolean>()
    const hosted: Hosted = {
      stream,
      listeners,
      stopping: false,
      started: () => {
        started.resolve()
      },
      fail: error => {
        started.reject(error)
        failed.resolve(error)
      },
      stopped: stopped.resolve,
      drained: stopped.promise,
    }
    this.#hosted.set(stream.name, hosted)
    const unsubscribe = listeners.onChange(() => {
      this.#loads.request()
    })
    void stopped.promise.then(unsubscribe)
    const timer = setTimeout(() => {
      const message = `The daemon did not start ${stream.name} within ${String(this.#options.startTimeoutMs)} ms.`
      started.reject(new TimeoutError(message, { stream: stream.name }))
    }, this.#options.startTimeoutMs)
    const callOff = (): void => {
      started.reject(asError(signal.reason))
    }
    signal.addEventListener('abort', callOff)
    try {
      await Promise.race([this.#ready.promise, started.promise])
      this.#tellListeners()
      this.#order({ type: 'startStream', stream })
      await started.promise
    } catch (error) {
      await this.#leave(hosted)
      throw error
    } finally {
      clearTimeout(timer)
      signal.removeEventListener('abort', callOff)
    }
    return {
      pid: this.#process.pid,
      failed: failed.promise,
      stop: deadlineMs => this.#stop(hosted, deadlineMs),
      kill: () => this.#leave(hosted),
    }
  }

  async #stop(hosted: Hosted, deadlineMs: number): Promise<void> {
    if (this.#hosted.get(hosted.stream.name) !== hosted) return
    hosted.stopping = true
    const last = [...this.#hosted.values()].every(other => other.stopping)
    this.#ending = last
    this.#order(last ? { type: 'stop', deadlineMs } : { type: 'stopStream', stream: hosted.stream.name, deadlineMs })
    const timer = setTimeout(() => {
      void this.#killFor(new TimeoutError('the deadline of the stop passed'))
    }, deadlineMs + exitGraceMs)
    const drained = await hosted.drained
    const exit = last ? await this.#process.exited : undefined
    clearTimeout(timer)
    this.#hosted.delete(hosted.stream.name)
    const code = this.#exit?.code
    const wasAsked = code === 0 || code === deadlinePassedCode || this.#killedBy !== undefined
    if (exit !== undefined && !wasAsked) throw this.#exitError(exit)
    if (!drained || (last && code !== 0)) {
      throw new TimeoutError(
        `Not every shard of ${hosted.stream.name} was drained within ${String(deadlineMs)} ms: what was not checkpointed is processed again.`,
        {
          stream: hosted.stream.name,
        },
      )
    }
  }

  /** Takes the stream out at once; its leases are released, nothing is drained. */
  async #leave(hosted: Hosted): Promise<void> {
    const { name } = hosted.stream
    if (this.#hosted.get(name) !== hosted) return
    hosted.stopping = true
    this.#ending ||= [...this.#hosted.values()].every(other => other.stopping)
    // The end of its input gives it 2 s to release its leases.
    this.#hasLeft ||= this.#ending
    if (this.#ending) this.#process.closeInput()
    else this.#order({ type: 'stopStream', stream: name, deadlineMs: 0 })
    const timer = setTimeout(() => {
      if (this.#ending) void this.#process.kill()
      else hosted.stopped(false)
    }, 2_000 + exitGraceMs)
    // Before that the daemon would not start the stream again, and its late word would be taken for the new run's.
    await hosted.drained
    if (this.#ending) await this.#process.exited
    clearTimeout(timer)
    this.#hosted.delete(name)
  }

  async #killFor(error: Error): Promise<void> {
    this.#ending = true
    this.#killedBy ??= error
    await this.#process.kill()
  }

  #read(line: string): void {
    let report: ControlReport
    try {
      report = parseReport(line)
    } catch (error) {
      void this.#killFor(asError(error))
      return
    }
    const { logger } = this.#options
    switch (report.type) {
      case 'ready':
        if (report.version !== 1) {
          const versions = `The daemon speaks version ${String(report.version)}, this library version 1 of the control channel`
          void this.#killFor(new ProtocolError(`${versions}: install the same version of tsmld and tsmld-daemon.`))
          return
        }
        logger.info({ pid: report.pid, java: report.java, kcl: report.kcl }, 'the daemon is ready')
        this.#ready.resolve()
        return
      case 'streamStarted':
        this.#hosted.get(report.stream)?.started()
        return
      case 'streamFailed': {
        const { stream, message, error } = report
        const what = message.includes(error) ? message : `${message} (${error})`
        this.#hosted
          .get(stream)
          ?.fail(new StreamFailedError(`The stream of ${stream} cannot be processed: ${what}`, { stream }))
        return
      }
      case 'streamStopped':
        this.#hosted.get(report.stream)?.stopped(report.drained)
        return
      case 'shardGivenUp':
        logger[report.reason === closedByNode ? 'debug' : 'warn'](
          { stream: report.stream, shardId: report.shardId, reason: report.reason },
          'the daemon gave the shard up; it is leased again from its last checkpoint',
        )
        return
      case 'exit':
        this.#exit = report
        if (this.#hasLeft) logger.debug({ code: report.code }, 'the daemon exits, as it was told')
        else logger.info({ code: report.code, reason: report.reason }, 'the daemon exits')
        return
    }
  }

  #exited(exit: ProcessExit): void {
    clearInterval(this.#pings)
    this.#loads.cancel()
    this.#ending = true
    const drained = this.#exit?.code === 0
    for (const hosted of this.#hosted.values()) {
      if (!hosted.stopping) hosted.fail(this.#killedBy ?? this.#exitError(exit))
      hosted.stopped(drained)
    }
  }

  #exitError(exit: ProcessExit): DaemonExitError {
    const error = this.#process.exitError(exit, 'The daemon')
    return this.#exit === undefined
      ? error
      : new DaemonExitError(`The daemon ended with code ${String(this.#exit.code)}: ${this.#exit.reason}`, {
          ...exit,
          lastLines: error.lastLines,
        })
  }

  #tellListeners(): void {
    const listeners: ControlListener[] = [...this.#hosted.values()].flatMap(hosted =>
      hosted.listeners.current().map(listener => ({ ...listener, stream: hosted.stream.name })),
    )
    this.#order({ type: 'listeners', listeners })
  }

  #order(order: ControlOrder): void {
    this.#process.writeLine(JSON.stringify(order))
  }
}
