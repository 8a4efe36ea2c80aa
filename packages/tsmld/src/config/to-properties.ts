import { ConfigError } from '../errors.ts'
import { type Credentials, type CredentialsContext, kcl1Provider, kcl2Provider, kcl3Provider } from './credentials.ts'
import { type KclVersion, kclOf, type NormalizedStream, type PropertiesTarget } from './normalized-stream.ts'
import { dynamodbOptionTable, kinesisOptionTable, type OptionRow } from './option-table.ts'
import type { InitialPosition } from './stream-options.ts'

/** What the runtime, not the user, puts into a stream's properties. */
export interface DaemonSettings {
  /** The worker id for all JVMs of one runtime; an option `workerId` wins. */
  readonly workerId?: string
  /** A stock daemon's bridge command; split on spaces by the MultiLangDaemon. */
  readonly executableName?: string
  /** How long a stock KCL 3 daemon drains after SIGTERM. */
  readonly shutdownGraceMs?: number
  /** After this long without an answer a stock daemon ends itself. */
  readonly timeoutSeconds?: number
}

/**
 * A stream's properties as the MultiLangDaemon of the target reads them, in a fixed order; free properties come last.
 * @throws ConfigError on what the target cannot do.
 */
export function toProperties(
  stream: NormalizedStream,
  target: PropertiesTarget = stream.target,
  daemon: DaemonSettings = {},
): Record<string, string> {
  const kcl = kclOf(target)
  const kcl1 = kcl === 1
  const { settings } = stream
  if (kcl1 && settings.retrievalMode === 'FANOUT')
    throw new ConfigError(`Option 'retrievalMode' of ${stream.name} is FANOUT, which KCL 1 does not have`, {
      stream: stream.name,
    })
  const properties: Record<string, string | undefined> = {
    executableName: daemon.executableName,
    ...streamProperties(stream, kcl1),
    applicationName: stream.name,
    regionName: stream.region ?? undefined,
    workerId: settings.workerId ?? daemon.workerId,
    ...credentialProperties(stream, kcl),
    ...positionProperties(settings.initialPosition, kcl1),
    ...handoffProperties(target),
    ...reportProperties(stream, kcl),
    ...tableProperties(stream, kcl),
    shutdownGraceMillis: daemon.shutdownGraceMs?.toString(),
    timeoutInSeconds: daemon.timeoutSeconds?.toString(),
  }
  const free = Object.entries(stream.properties).map(([name, value]) => [credentialsName(name, kcl), value] as const)
  return Object.fromEntries(
    [...Object.entries(properties), ...free].filter((entry): entry is [string, string] => entry[1] !== undefined),
  )
}

/** A stream in the words of the embedded daemon's control channel. */
export interface DaemonStream {
  readonly name: string
  readonly type: 'kinesis' | 'dynamodb'
  readonly tableName?: string
  readonly streamArn?: string
  readonly properties: Readonly<Record<string, string>>
  readonly fastStart: boolean
}

/** What `start` and `startStream` say about a stream. */
export function toDaemonStream(stream: NormalizedStream, daemon: DaemonSettings = {}): DaemonStream {
  return {
    name: stream.name,
    type: stream.type,
    ...(stream.type === 'dynamodb' && stream.tableName !== null ? { tableName: stream.tableName } : {}),
    ...(stream.type === 'dynamodb' && stream.streamArn !== null ? { streamArn: stream.streamArn } : {}),
    properties: toProperties(stream, 'embedded', daemon),
    fastStart: stream.fastStart,
  }
}

/** A DynamoDB stream's ARN, or the table whose newest stream is to be found, stands where KCL 1 and the MultiLangDaemon want a stream's name. */
function streamProperties(stream: NormalizedStream, kcl1: boolean): Record<string, string | undefined> {
  // Without a retrieval mode KCL 3 weighs up fan-out, which DynamoDB streams do not have, and says so in its log.
  if (stream.type === 'dynamodb')
    return {
      streamName: stream.streamArn ?? stream.tableName ?? undefined,
      retrievalMode: kcl1 ? undefined : 'POLLING',
    }
  return { streamName: stream.streamName ?? undefined, streamArn: kcl1 ? undefined : (stream.streamArn ?? undefined) }
}

const providers = { 1: kcl1Provider, 2: kcl2Provider, 3: kcl3Provider }

function credentialProperties(stream: NormalizedStream, kcl: KclVersion): Record<string, string | undefined> {
  const context: CredentialsContext = { applicationName: stream.name, region: stream.region }
  const provider = (credentials: Credentials | undefined): string | undefined =>
    credentials === undefined ? undefined : providers[kcl](credentials, context)
  const prefix = credentialsPrefix(kcl)
  return {
    [prefix]: provider(stream.settings.credentials),
    [`${prefix}DynamoDB`]: provider(stream.settings.leaseTableCredentials),
    [`${prefix}CloudWatch`]: provider(stream.settings.metricsCredentials),
  }
}

/** KCL 1 and 2 take this name in one spelling only. */
function credentialsPrefix(kcl: KclVersion): string {
  return kcl === 3 ? 'AwsCredentialsProvider' : 'AWSCredentialsProvider'
}

function credentialsName(name: string, kcl: KclVersion): string {
  return name.startsWith(credentialsPrefix(3)) ? credentialsPrefix(kcl) + name.slice(credentialsPrefix(3).length) : name
}

/** A starting time replaces the position (both set the same field), and counts whole seconds: rounded down, so that no record is missed. */
function positionProperties(position: InitialPosition | undefined, kcl1: boolean): Record<string, string> {
  if (position === undefined) return {}
  if (typeof position === 'string') return { initialPositionInStream: position }
  const seconds = Math.floor(position.atTimestamp.getTime() / 1000).toString()
  return kcl1 ? { timestampAtInitialPositionInStream: seconds } : { initialPositionInStreamExtended: seconds }
}

/**
 * KCL 3.1.3 never lets a lease go that is to be handed over while its shard waits for its parents (ConsumerStates.BlockedOnParentState passes over the
 * ShutdownNotificationTask that would): that shard stands still, its lease renewed. Mended in 3.4.3, which the MultiLangDaemon's jars here do not have yet.
 */
function handoffProperties(target: PropertiesTarget): Record<string, string> {
  return target === 'stock-kcl3' ? { isGracefulLeaseHandoffEnabled: 'false' } : {}
}

/**
 * KCL 3 counts a worker as alive until its row in APP-WorkerMetricStats is two reports old, and gives it shards until then (LeaseAssignmentManager in 3.1.3): at its
 * report every 30 s, for a minute after it died. So reports follow the failover time. A leader balances by the values of CPU that a worker's row holds, one a report,
 * and by the factor that smooths them: these two follow the reports, so that it goes by the same five minutes as 10 values 30 s apart at the factor 0.5.
 */
function reportProperties(stream: NormalizedStream, kcl: KclVersion): Record<string, string> {
  if (kcl !== 3) return {}
  const failoverMs = stream.settings.failoverTimeMs ?? (Number(stream.properties['failoverTimeMillis']) || 10_000)
  const reportMs =
    Number(stream.properties['workerMetricsReporterFreqInMillis']) ||
    Math.min(30_000, Math.max(2_000, Math.round(failoverMs / 2)))
  return {
    workerMetricsReporterFreqInMillis: String(reportMs),
    noOfPersistedMetricsPerWorkerMetrics: String(Math.ceil(300_000 / reportMs)),
    workerMetricsEMAAlpha: (1 - 0.5 ** (reportMs / 30_000)).toFixed(3),
  }
}

function tableProperties(stream: NormalizedStream, kcl: KclVersion): Record<string, string> {
  const table: Readonly<Record<string, OptionRow>> =
    stream.type === 'kinesis' ? kinesisOptionTable : dynamodbOptionTable
  const settings: Readonly<Record<string, unknown>> =
    kcl === 1 && stream.type === 'dynamodb'
      ? {
          ...stream.settings,
          dynamodbStreamsEndpoint: stream.settings.dynamodbStreamsEndpoint ?? stream.settings.dynamodbEndpoint,
        }
      : { ...stream.settings }
  const properties: Record<string, string> = {}
  for (const [option, row] of Object.entries(table)) {
    const property = kcl === 1 ? row.kcl1 : row.kcl3
    const value = settings[option] as string | number | boolean | readonly string[] | undefined
    if (property === undefined || value === undefined) continue
    properties[property] = String(value)
  }
  return properties
}
