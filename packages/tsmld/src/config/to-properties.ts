import { ConfigError } from '../errors.ts'
import { type Credentials, type CredentialsContext, kcl1Provider, kcl3Provider } from './credentials.ts'
import type { NormalizedStream, PropertiesTarget } from './normalized-stream.ts'
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
  const kcl1 = target === 'stock-kcl1'
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
    ...credentialProperties(stream, kcl1),
    ...positionProperties(settings.initialPosition, kcl1),
    ...tableProperties(stream, kcl1),
    shutdownGraceMillis: daemon.shutdownGraceMs?.toString(),
    timeoutInSeconds: daemon.timeoutSeconds?.toString(),
  }
  const free = Object.entries(stream.properties).map(([name, value]) => [kcl1 ? kcl1Name(name) : name, value] as const)
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

function credentialProperties(stream: NormalizedStream, kcl1: boolean): Record<string, string | undefined> {
  const context: CredentialsContext = { applicationName: stream.name, region: stream.region }
  const provider = (credentials: Credentials | undefined): string | undefined =>
    credentials === undefined
      ? undefined
      : kcl1
        ? kcl1Provider(credentials, context)
        : kcl3Provider(credentials, context)
  const prefix = credentialsPrefix(kcl1)
  return {
    [prefix]: provider(stream.settings.credentials),
    [`${prefix}DynamoDB`]: provider(stream.settings.leaseTableCredentials),
    [`${prefix}CloudWatch`]: provider(stream.settings.metricsCredentials),
  }
}

/** KCL 1 takes this name in one spelling only. */
function credentialsPrefix(kcl1: boolean): string {
  return kcl1 ? 'AWSCredentialsProvider' : 'AwsCredentialsProvider'
}

function kcl1Name(name: string): string {
  return name.startsWith(credentialsPrefix(false))
    ? credentialsPrefix(true) + name.slice(credentialsPrefix(false).length)
    : name
}

/** A starting time replaces the position (both set the same field), and counts whole seconds: rounded down, so that no record is missed. */
function positionProperties(position: InitialPosition | undefined, kcl1: boolean): Record<string, string> {
  if (position === undefined) return {}
  if (typeof position === 'string') return { initialPositionInStream: position }
  const seconds = Math.floor(position.atTimestamp.getTime() / 1000).toString()
  return kcl1 ? { timestampAtInitialPositionInStream: seconds } : { initialPositionInStreamExtended: seconds }
}

function tableProperties(stream: NormalizedStream, kcl1: boolean): Record<string, string> {
  const table: Readonly<Record<string, OptionRow>> =
    stream.type === 'kinesis' ? kinesisOptionTable : dynamodbOptionTable
  const settings: Readonly<Record<string, unknown>> =
    kcl1 && stream.type === 'dynamodb'
      ? {
          ...stream.settings,
          dynamodbStreamsEndpoint: stream.settings.dynamodbStreamsEndpoint ?? stream.settings.dynamodbEndpoint,
        }
      : { ...stream.settings }
  const properties: Record<string, string> = {}
  for (const [option, row] of Object.entries(table)) {
    const property = kcl1 ? row.kcl1 : row.kcl3
    const value = settings[option] as string | number | boolean | readonly string[] | undefined
    if (property === undefined || value === undefined) continue
    properties[property] = String(value)
  }
  return properties
}
