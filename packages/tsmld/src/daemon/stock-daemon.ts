import { type Deferred, deferred } from '../deferred.ts'
import { asError, TimeoutError } from '../errors.ts'
import type { Logger } from '../observability/logger.ts'
import { type JavaCommand, JavaProcess } from './java-process.ts'
import type { StreamDaemon } from './stream-daemon.ts'

/** What one run of a stock daemon is made of. */
export interface StockDaemonOptions {
  readonly command: JavaCommand
  readonly startTimeoutMs: number
  readonly logger: Logger
  readonly signal: AbortSignal
  /**
   * How its shards are drained. A MultiLangDaemon has a shutdown hook that asks them, for `shutdownGraceMillis`; KCL 1's StreamsMultiLangDaemon has none: there the
   * sessions finish what they do, and it is killed.
   */
  readonly drain: 'sigterm' | (() => Promise<void>)
}

/** What the KCL, 1 to 3, logs when its worker begins (Worker.java, Scheduler.java). */
const startedPattern = /Initialization complete\. Starting worker loop/
/** A JVM's exit code after SIGTERM. */
const terminatedCode = 143
/** What the shutdown hook gets beyond its grace. */
const exitGraceMs = 2_000

/**
 * Starts one of AWS's unmodified MultiLangDaemons; resolves when its worker loop begins.
 * @throws DaemonExitError, TimeoutError, or the signal's reason where that calls the start off.
 */
export async function startStockDaemon(options: StockDaemonOptions): Promise<StreamDaemon> {
  const { command, logger, signal, startTimeoutMs, drain } = options
  signal.throwIfAborted()
  const started: Deferred<void> = deferred()
  const failed = deferred<Error>()
  const jvm = new JavaProcess(command, logger, {
    logLine: line => {
      if (startedPattern.test(line)) started.resolve()
    },
  })
  let stopping = false
  void jvm.exited.then(exit => {
    if (stopping) return
    const error = jvm.exitError(exit, 'The MultiLangDaemon')
    started.reject(error)
    failed.resolve(error)
  })
  const kill = (): Promise<void> => {
    stopping = true
    return jvm.kill()
  }
  const callOff = (): void => {
    started.reject(asError(signal.reason))
  }
  const timer = setTimeout(() => {
    started.reject(new TimeoutError(`The MultiLangDaemon did not start within ${String(startTimeoutMs)} ms.`))
  }, startTimeoutMs)
  signal.addEventListener('abort', callOff)
  try {
    await started.promise
  } catch (error) {
    await kill()
    throw error
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', callOff)
  }
  const stop = async (deadlineMs: number): Promise<void> => {
    stopping = true
    const drained = drain === 'sigterm' ? jvm.exited : drain()
    if (drain === 'sigterm') jvm.terminate()
    const inTime = await settlesWithin(drained, drain === 'sigterm' ? deadlineMs + exitGraceMs : deadlineMs)
    await jvm.kill()
    if (!inTime) throw new TimeoutError(notDrained(deadlineMs))
    const exit = await jvm.exited
    if (drain === 'sigterm' && exit.exitCode !== 0 && exit.exitCode !== terminatedCode) {
      throw jvm.exitError(exit, 'While it was asked to stop, the MultiLangDaemon')
    }
  }
  return { pid: jvm.pid, failed: failed.promise, stop, kill }
}

const notDrained = (deadlineMs: number): string =>
  `Not every shard was drained within ${String(deadlineMs)} ms: what was not checkpointed is processed again.`

async function settlesWithin(promise: Promise<unknown>, ms: number): Promise<boolean> {
  const late = deferred<false>()
  const timer = setTimeout(() => {
    late.resolve(false)
  }, ms)
  const inTime = await Promise.race([promise.then(() => true as const), late.promise])
  clearTimeout(timer)
  return inTime
}
