import { kclOf, type NormalizedStream } from '../config/normalized-stream.ts'
import { formatProperties } from '../config/properties-file.ts'
import { toProperties } from '../config/to-properties.ts'
import { bridgeCommand } from '../daemon/bridge.ts'
import { noHandshake, tokenLineHandshake } from '../daemon/handshake.ts'
import { verifyStockJars } from '../daemon/jars.ts'
import { daemonEnv, jvmArgs } from '../daemon/java-command.ts'
import type { JavaCommand } from '../daemon/java-process.ts'
import type { ListenerLoad, ListenerLoads } from '../daemon/listener-loads.ts'
import { newSocketIn, type RuntimeFolder, writeRuntimeFile } from '../daemon/runtime-folder.ts'
import { startStockDaemon } from '../daemon/stock-daemon.ts'
import type { Logger } from '../observability/logger.ts'
import { jsonLinesCodec } from '../protocol/json-lines-codec.ts'
import type { DaemonKind } from './daemon-kind.ts'

/** What a stock daemon needs of its runtime; durations in milliseconds. */
export interface StockKindOptions {
  readonly java: string
  readonly folder: RuntimeFolder
  readonly token: string
  readonly workerId: string
  readonly stopDeadlineMs: number
  readonly nodeTimeoutMs: number
  readonly startTimeoutMs: number
  readonly maxLineBytes: number
  readonly logger: Logger
}

/**
 * A stock daemon has no pings: it notices a Node that hangs by an action that stays unanswered, which a slow handler does as well. It therefore gets this many
 * times as long.
 */
const handlingShare = 10

const kinesisMainClasses = {
  1: 'com.amazonaws.services.kinesis.multilang.MultiLangDaemon',
  2: 'software.amazon.kinesis.multilang.MultiLangDaemon',
  3: 'software.amazon.kinesis.multilang.MultiLangDaemon',
}
const dynamodbMainClass = 'com.amazonaws.services.dynamodbv2.streamsadapter.StreamsMultiLangDaemon'

/** The KCLs tell of their every step at INFO, where only their start is awaited (stock-daemon.ts). */
const quietLevels = {
  'software.amazon.kinesis': 'WARN',
  'software.amazon.kinesis.coordinator.Scheduler': 'INFO',
  'com.amazonaws.services': 'WARN',
  'com.amazonaws.services.kinesis.clientlibrary.lib.worker.Worker': 'INFO',
}

/** AWS's unmodified daemons: JSON lines through a bridge process a shard, and a failed session ends the whole daemon. */
export function stockKind(options: StockKindOptions): DaemonKind {
  const { folder, token, startTimeoutMs, maxLineBytes, logger } = options
  return {
    outlivesFailedSession: false,
    newCodec: () => jsonLinesCodec({ lineBytes: maxLineBytes }),
    handshake: transport => () => (transport === 'tcp' ? tokenLineHandshake(token) : noHandshake),
    listenAt: transport => (transport === 'tcp' ? Promise.resolve('tcp') : newSocketIn(folder)),
    startDaemon: async (stream, listeners, { signal, leave }) =>
      startStockDaemon({
        command: await stockCommand(options, stream, listeners),
        startTimeoutMs,
        logger,
        signal,
        drain: stream.type === 'dynamodb' ? leave : 'sigterm',
      }),
  }
}

async function stockCommand(
  options: StockKindOptions,
  stream: NormalizedStream,
  listeners: ListenerLoads,
): Promise<JavaCommand> {
  const { java, folder, token, workerId, stopDeadlineMs, nodeTimeoutMs } = options
  const kcl = kclOf(stream.target)
  const [address] = listeners.current() as [ListenerLoad]
  await folder.ensure()
  const executableName = await bridgeCommand({ folder: folder.path, token, address, program: stream.daemon.bridge })
  const properties = toProperties(stream, stream.target, {
    workerId,
    executableName,
    // It is 0 on KCL 2 and 3: SIGTERM would not drain.
    shutdownGraceMs: stopDeadlineMs,
    timeoutSeconds: Math.ceil((nodeTimeoutMs * handlingShare) / 1_000),
  })
  const file = `${folder.path}/${stream.name}.properties`
  await writeRuntimeFile(file, formatProperties(properties), 0o600)
  const levels = Object.entries({ ...quietLevels, ...stream.logLevels }).flatMap(([logger, level]) => [
    '--level',
    `${logger}=${level}`,
  ])
  const table = stream.tableName === null ? [] : ['--table', stream.tableName]
  const { classpath } = await verifyStockJars(kcl, stream.daemon.classpath)
  const args = [
    ...jvmArgs(stream.daemon),
    '-cp',
    classpath,
    'io.tsmld.stock.Launcher',
    ...levels,
    ...table,
    stream.type === 'dynamodb' ? dynamodbMainClass : kinesisMainClasses[kcl],
    file,
  ]
  return { java, args, env: daemonEnv(stream.daemon) }
}
