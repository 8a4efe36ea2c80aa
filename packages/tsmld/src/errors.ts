/** What every {@link TsmldError} may carry beside its message. */
export interface TsmldErrorOptions {
  readonly cause?: unknown
  /** The stream, by its application name. */
  readonly stream?: string
  readonly shardId?: string
}

/** One thing that is wrong with a value, as the Standard Schema has it. */
export interface SchemaIssue {
  readonly message: string
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined
}

const brand = Symbol.for('tsmld.error')

/** The base of every error that tsmld raises; each subclass is one blast radius. */
export abstract class TsmldError extends Error {
  /** A stable machine-readable name, `TSMLD_…`. */
  abstract readonly code: string
  /** Whether the same call may succeed later without a change. */
  readonly retryable: boolean = false
  readonly stream?: string
  readonly shardId?: string

  constructor(message: string, options: TsmldErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = new.target.name
    if (options.stream !== undefined) this.stream = options.stream
    if (options.shardId !== undefined) this.shardId = options.shardId
    Object.defineProperty(this, brand, { value: true })
  }

  /** Tells a tsmld error by its brand, also across two copies of the package. */
  static is(error: unknown): error is TsmldError {
    return typeof error === 'object' && error !== null && brand in error
  }
}

/** An option or the machine is wrong: nothing was started. */
export class ConfigError extends TsmldError {
  readonly code = 'TSMLD_CONFIG'
}

/** The other side of a connection broke the protocol: its session ends. */
export class ProtocolError extends TsmldError {
  readonly code = 'TSMLD_PROTOCOL'
}

/** The user's record processor failed: its shard starts again from its checkpoint. */
export class RecordProcessorError extends TsmldError {
  readonly code = 'TSMLD_RECORD_PROCESSOR'
  override readonly retryable = true
}

/** A record is not what its schema asks for: trying it again is of no use. Its message holds nothing of the record but the paths of what is wrong. */
export class InvalidRecordError extends TsmldError {
  readonly code = 'TSMLD_INVALID_RECORD'
  /** What the schema said, which may quote the record: left out where an error's fields are logged. */
  declare readonly issues: readonly SchemaIssue[]

  constructor(message: string, options: TsmldErrorOptions & { readonly issues?: readonly SchemaIssue[] } = {}) {
    super(message, options)
    Object.defineProperty(this, 'issues', { value: options.issues ?? [], enumerable: false })
  }
}

/** A checkpoint was not made; `reason` is the daemon's word, the simple name of a Java exception, or why it was not asked for. */
export class CheckpointError extends TsmldError {
  readonly code = 'TSMLD_CHECKPOINT'
  readonly reason: string

  constructor(message: string, reason: string, options: TsmldErrorOptions = {}) {
    super(message, options)
    this.reason = reason
  }
}

/** Something did not happen in its time. */
export class TimeoutError extends TsmldError {
  readonly code = 'TSMLD_TIMEOUT'
  override readonly retryable = true
}

/** The daemon ended without being asked, or could not be started. */
export class DaemonExitError extends TsmldError {
  readonly code = 'TSMLD_DAEMON_EXIT'
  override readonly retryable = true
  readonly exitCode: number | null
  readonly signal: NodeJS.Signals | null
  /** The last lines of its log, at most 20. */
  readonly lastLines: readonly string[]

  constructor(
    message: string,
    exit: { exitCode: number | null; signal: NodeJS.Signals | null; lastLines: readonly string[] },
    options: TsmldErrorOptions = {},
  ) {
    super(message, options)
    this.exitCode = exit.exitCode
    this.signal = exit.signal
    this.lastLines = exit.lastLines
  }
}

/** A thread ended by itself, or was ended because it gave no sign of life: the streams that had shards there start again. `cause` is what was thrown in it, if anything. */
export class ThreadExitError extends TsmldError {
  readonly code = 'TSMLD_THREAD_EXIT'
  override readonly retryable = true
  /** The thread's index, from 0. */
  readonly thread: number
  /** What its code called `process.exit` with; null where it ended otherwise. */
  readonly exitCode: number | null

  constructor(
    message: string,
    exit: { readonly thread: number; readonly exitCode: number | null },
    options: TsmldErrorOptions = {},
  ) {
    super(message, options)
    this.thread = exit.thread
    this.exitCode = exit.exitCode
  }
}

/** The daemon could not run one stream: no such stream, no permission, no credentials, or its scheduler ended. */
export class StreamFailedError extends TsmldError {
  readonly code = 'TSMLD_STREAM_FAILED'
  override readonly retryable = true
}

/** A stream, or a shard, failed more often than its restart limit allows: the stream has failed. `cause` is the last failure. */
export class RestartLimitError extends TsmldError {
  readonly code = 'TSMLD_RESTART_LIMIT'
}

/** What was thrown, as an Error. */
export const asError = (thrown: unknown): Error => (thrown instanceof Error ? thrown : new Error(wordsOf(thrown)))

/** An object's message, as of another realm's error, or else the names of its fields: what they hold may be anything. */
function wordsOf(thrown: unknown): string {
  if (typeof thrown !== 'object' || thrown === null) return String(thrown)
  const { message } = thrown as { readonly message?: unknown }
  if (typeof message === 'string' && message !== '') return message
  return `what was thrown is no Error, but an object of ${Object.keys(thrown).slice(0, 5).join(', ') || 'no fields'}`
}
