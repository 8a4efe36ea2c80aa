import * as errors from '../errors.ts'

/** An error as it crosses from one thread to another: a clone would keep neither its class nor its fields. */
export interface PlainError {
  readonly name: string
  readonly message: string
  readonly stack: string | undefined
  /** A tsmld error's, by which it is revived as the same class; any other error keeps it as it is. */
  readonly code: string | undefined
  readonly isTsmld: boolean
  /** `stream`, `shardId` and what else its class has: plain data. */
  readonly fields: Readonly<Record<string, unknown>>
  readonly cause: PlainError | undefined
}

/** Causes beyond it are left out: they may go in a circle. */
const deepestCause = 8

const fieldNames = ['stream', 'shardId', 'reason', 'exitCode', 'signal', 'lastLines', 'thread'] as const

/** Takes an error apart, with its causes. */
export function toPlain(thrown: unknown, depth = 0): PlainError {
  const error = thrown instanceof Error ? thrown : new Error(String(thrown))
  const { cause, code } = error as { cause?: unknown; code?: unknown }
  const isTsmld = errors.TsmldError.is(error)
  const all = error as unknown as Readonly<Record<string, unknown>>
  return {
    name: error.name,
    message: error.message,
    stack: error.stack,
    code: typeof code === 'string' ? code : undefined,
    isTsmld,
    fields: isTsmld ? Object.fromEntries(fieldNames.flatMap(name => (name in all ? [[name, all[name]]] : []))) : {},
    cause: cause === undefined || depth >= deepestCause ? undefined : toPlain(cause, depth + 1),
  }
}

/** Puts an error together again: a tsmld error of the same class, any other as an `Error` of the same name. */
export function revive(plain: PlainError): Error {
  const error = plain.isTsmld ? reviveTsmld(plain) : reviveOther(plain)
  Object.defineProperty(error, 'stack', { value: plain.stack, writable: true, configurable: true })
  return error
}

function reviveOther({ name, message, code, cause }: PlainError): Error {
  const error = new Error(message, cause === undefined ? undefined : { cause: revive(cause) })
  if (name !== 'Error') Object.defineProperty(error, 'name', { value: name, writable: true, configurable: true })
  return code === undefined ? error : Object.assign(error, { code })
}

const simple: Readonly<Record<string, new (message: string, options: errors.TsmldErrorOptions) => errors.TsmldError>> =
  {
    TSMLD_CONFIG: errors.ConfigError,
    TSMLD_PROTOCOL: errors.ProtocolError,
    TSMLD_RECORD_PROCESSOR: errors.RecordProcessorError,
    // Without its issues, which quote the record: what crosses is logged.
    TSMLD_INVALID_RECORD: errors.InvalidRecordError,
    TSMLD_TIMEOUT: errors.TimeoutError,
    TSMLD_STREAM_FAILED: errors.StreamFailedError,
    TSMLD_RESTART_LIMIT: errors.RestartLimitError,
  }

function reviveTsmld(plain: PlainError): Error {
  const { message, code = '', cause } = plain
  const fields = plain.fields as Record<(typeof fieldNames)[number], never>
  const options = { ...fields, ...(cause === undefined ? {} : { cause: revive(cause) }) }
  switch (code) {
    case 'TSMLD_CHECKPOINT':
      return new errors.CheckpointError(message, fields.reason, options)
    case 'TSMLD_DAEMON_EXIT':
      return new errors.DaemonExitError(message, fields, options)
    case 'TSMLD_THREAD_EXIT':
      return new errors.ThreadExitError(message, fields, options)
    default: {
      const Simple = simple[code]
      return Simple === undefined ? reviveOther(plain) : new Simple(message, options)
    }
  }
}
