import { ConfigError } from '../errors.ts'
import { moduleOf } from '../processors/module-processor.ts'
import type { RuntimeOptions } from '../runtime/runtime-options.ts'
import { bool, type Check, integer, milliseconds, oneOf } from './checks.ts'
import { normalizeStream } from './normalize-stream.ts'
import type { NormalizedStream } from './normalized-stream.ts'
import { optionHint } from './option-hint.ts'
import { dynamodbOptionTable, kinesisOptionTable } from './option-table.ts'

/** A runtime's options, checked, with defaults filled in. */
export interface NormalizedRuntime {
  readonly streams: readonly NormalizedStream[]
  readonly threads: number
  readonly stopDeadlineMs: number
  readonly onStreamFailed: NonNullable<RuntimeOptions['onStreamFailed']>
  readonly sharedDaemon: boolean
  readonly transport: 'unix' | 'tcp'
  readonly nodeTimeoutMs: number
  readonly startTimeoutMs: number
  readonly restartLimit: NonNullable<RuntimeOptions['restartLimit']>
  readonly shardRestartLimit: number
  readonly handlerWaitMs: number
  readonly checkpointTimeoutMs: number
  readonly handshakeTimeoutMs: number
  readonly maxRecordBytes: number
  readonly maxBatchBytes: number
  readonly maxLineBytes: number
}

/** Each has a heap of its own; more than a machine has cores gain nothing. */
const mostThreads = 256

const checks: Readonly<Record<keyof RuntimeOptions, Check>> = {
  streams: value => {
    if (!Array.isArray(value) || value.length === 0) return 'must be an array of at least one stream'
    return value.every(isDefinition)
      ? null
      : 'must hold what kinesisStream(), dynamodbStream() or streamFromProperties() give'
  },
  defaults: isObject,
  threads: integer(0, mostThreads),
  stopDeadlineMs: milliseconds(0),
  onStreamFailed: value => (typeof value === 'function' ? null : oneOf('stop', 'continue')(value)),
  logger: value => {
    const missing = ['debug', 'info', 'warn', 'error'].find(
      level => typeof (value as Record<string, unknown> | null)?.[level] !== 'function',
    )
    return missing === undefined ? null : `has no method '${missing}'`
  },
  sharedDaemon: bool,
  transport: oneOf('unix', 'tcp'),
  nodeTimeoutMs: milliseconds(3_000),
  startTimeoutMs: milliseconds(1_000),
  restartLimit: value => {
    const { max, withinMs } = (value ?? {}) as Readonly<Record<string, unknown>>
    return integer(0)(max) === null && milliseconds(1)(withinMs) === null ? null : 'must be { max, withinMs }'
  },
  shardRestartLimit: integer(0),
  handlerWaitMs: milliseconds(0),
  checkpointTimeoutMs: milliseconds(1),
  handshakeTimeoutMs: milliseconds(1),
  maxRecordBytes: integer(1_024, 2 ** 31 - 1, ' bytes'),
  maxBatchBytes: integer(1_024, 2 ** 40, ' bytes'),
  maxLineBytes: integer(1_024, 2 ** 31 - 1, ' bytes'),
}

const isStreamOption = (name: string): boolean =>
  Object.hasOwn(kinesisOptionTable, name) || Object.hasOwn(dynamodbOptionTable, name)

/**
 * Checks a runtime's options and all of its streams, and fills in defaults.
 * @throws ConfigError naming the option that is unknown, missing or wrong, or the two streams that would share a lease table.
 */
export function normalizeRuntime(
  options: RuntimeOptions,
  platform: NodeJS.Platform = process.platform,
): NormalizedRuntime {
  const given: unknown = options
  if (typeof given !== 'object' || given === null)
    throw new ConfigError('createRuntime() needs options: { streams: [ … ] }')
  if (!Object.hasOwn(options, 'streams')) throw new ConfigError("Option 'streams' of the runtime is missing")
  for (const [name, value] of Object.entries(options)) {
    if (!Object.hasOwn(checks, name)) {
      const hint = isStreamOption(name)
        ? " It is a stream's: give it there, or to all streams in 'defaults'."
        : optionHint(name, Object.keys(checks))
      throw new ConfigError(`Option '${name}' of the runtime is unknown.${hint}`)
    }
    const problem = value === undefined && name !== 'streams' ? null : checks[name as keyof RuntimeOptions](value)
    if (problem !== null) throw new ConfigError(`Option '${name}' of the runtime ${problem}`)
  }
  const streams = options.streams.map(stream => normalizeStream(stream, options.defaults))
  assertSeparate(streams)
  const threads = options.threads ?? 0
  if (threads > 0) assertThreadable(streams)
  const sharedDaemon = options.sharedDaemon ?? false
  if (sharedDaemon) assertShareable(streams)
  const transport = options.transport ?? (platform === 'win32' ? 'tcp' : 'unix')
  if (transport === 'unix' && platform === 'win32')
    throw new ConfigError("Option 'transport' of the runtime cannot be 'unix' on Windows: use 'tcp'")
  return {
    streams,
    threads,
    sharedDaemon,
    transport,
    stopDeadlineMs: options.stopDeadlineMs ?? 30_000,
    onStreamFailed: options.onStreamFailed ?? 'stop',
    nodeTimeoutMs: options.nodeTimeoutMs ?? 30_000,
    startTimeoutMs: options.startTimeoutMs ?? 300_000,
    restartLimit: options.restartLimit ?? { max: 10, withinMs: 10_000 },
    shardRestartLimit: options.shardRestartLimit ?? 10,
    handlerWaitMs: options.handlerWaitMs ?? 30_000,
    checkpointTimeoutMs: options.checkpointTimeoutMs ?? 60_000,
    handshakeTimeoutMs: options.handshakeTimeoutMs ?? 5_000,
    maxRecordBytes: options.maxRecordBytes ?? 16 << 20,
    maxBatchBytes: options.maxBatchBytes ?? 256 << 20,
    maxLineBytes: options.maxLineBytes ?? 64 << 20,
  }
}

function isObject(value: unknown): string | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? null : 'must be an object'
}

function isDefinition(value: unknown): boolean {
  const { type, options } = (value ?? {}) as Readonly<Record<string, unknown>>
  return (type === 'kinesis' || type === 'dynamodb') && isObject(options) === null
}

/** Lease keys are shard ids, which two streams have in common: one lease table for both would lose records. */
function assertSeparate(streams: readonly NormalizedStream[]): void {
  const names = new Map<string, NormalizedStream>()
  const tables = new Map<string, NormalizedStream>()
  for (const stream of streams) {
    const same = names.get(stream.name)
    if (same !== undefined)
      throw new ConfigError(
        `Streams '${same.label}' and '${stream.label}' share the applicationName '${stream.name}': each needs its own`,
      )
    names.set(stream.name, stream)
    const table = stream.settings.leaseTableName ?? stream.properties['tableName'] ?? stream.name
    const place = JSON.stringify([
      table,
      stream.region,
      stream.settings.dynamodbEndpoint ?? stream.properties['dynamoDBEndpoint'] ?? null,
    ])
    const other = tables.get(place)
    if (other !== undefined)
      throw new ConfigError(
        `Streams '${other.name}' and '${stream.name}' share the lease table '${table}' (leaseTableName): each needs its own`,
      )
    tables.set(place, stream)
  }
}

/** A thread can be handed a module, but no function; and a stock daemon connects to one listener only. */
function assertThreadable(streams: readonly NormalizedStream[]): void {
  for (const { name, daemon, processor } of streams) {
    if (daemon.kind === 'stock')
      throw new ConfigError(
        `Option 'threads' of the runtime needs the embedded daemon, but '${name}' has daemon 'stock': use 'embedded', or no threads`,
      )
    if (moduleOf(processor) === null)
      throw new ConfigError(
        `Option 'threads' of the runtime needs processors from modules, but that of '${name}' is a function: export it from a module, and give moduleProcessor(new URL('./that-module.js', import.meta.url))`,
      )
  }
}

/** One JVM has one java, heap, environment and log. */
function assertShareable(streams: readonly NormalizedStream[]): void {
  const [first, ...others] = streams.filter(stream => stream.daemon.kind === 'embedded')
  for (const other of others) {
    for (const option of ['javaPath', 'heapBytes', 'jvmArgs', 'env', 'logLevels'] as const) {
      const of = (stream: NormalizedStream) => JSON.stringify({ ...stream.daemon, ...stream }[option])
      if (first !== undefined && of(first) !== of(other))
        throw new ConfigError(
          `Option '${option}' of '${first.name}' and '${other.name}' differ, but they share one JVM (sharedDaemon): give it in 'defaults'`,
        )
    }
  }
}
