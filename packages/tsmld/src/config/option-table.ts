import {
  bool,
  type Check,
  endpoint,
  func,
  hidden,
  integer,
  listOf,
  milliseconds,
  oneOf,
  recordOf,
  shown,
  text,
} from './checks.ts'
import { checkCredentials } from './credentials.ts'
import type { DynamodbStreamOptions, InitialPosition, KinesisStreamOptions } from './stream-options.ts'

/** One option: how its value is checked, and the MultiLangDaemon's property that carries it as it is. */
export interface OptionRow {
  readonly check: Check
  /** The property of KCL 2 and 3; absent where KCL 3 has none, or where its value is made by code (to-properties.ts). */
  readonly kcl3?: string
  /** The property of KCL 1. */
  readonly kcl1?: string
  /** The first KCL that has it, where the earlier ones have nothing like it. */
  readonly since?: 2 | 3
}

/** Names of streams, tables and applications: AWS's rule for all of them (an application's name becomes a table's). */
const awsName = text(/^[\w.-]{1,128}$/, '1 to 128 of A-Z a-z 0-9 _ . -')
const tableName = text(/^[\w.-]{3,255}$/, '3 to 255 of A-Z a-z 0-9 _ . -')

/** Rows are in the order in which properties are written. */
const common = {
  applicationName: {
    check: text(/^[\w.-]{3,237}$/, '3 to 237 of A-Z a-z 0-9 _ . -'),
    kcl3: 'applicationName',
    kcl1: 'applicationName',
  },
  region: { check: text(/^[a-z0-9-]+$/, "a region's name like eu-west-1") },
  workerId: { check: text() },
  leaseTableName: { check: tableName, kcl3: 'tableName', kcl1: 'tableName' },
  dynamodbEndpoint: { check: endpoint, kcl3: 'dynamoDBEndpoint', kcl1: 'dynamoDBEndpoint' },
  initialPosition: { check: checkInitialPosition },
  idleTimeBetweenReadsMs: {
    check: milliseconds(200),
    kcl3: 'idleTimeBetweenReadsInMillis',
    kcl1: 'idleTimeBetweenReadsInMillis',
  },
  maxRecords: { check: integer(1, 10_000), kcl3: 'maxRecords', kcl1: 'maxRecords' },
  failoverTimeMs: { check: milliseconds(1_000), kcl3: 'failoverTimeMillis', kcl1: 'failoverTimeMillis' },
  leaseAssignmentIntervalMs: { check: milliseconds(100), kcl3: 'leaseAssignmentIntervalMillis', since: 3 },
  shardSyncIntervalMs: { check: milliseconds(1), kcl3: 'shardSyncIntervalMillis', kcl1: 'shardSyncIntervalMillis' },
  parentShardPollIntervalMs: {
    check: milliseconds(1),
    kcl3: 'parentShardPollIntervalMillis',
    kcl1: 'parentShardPollIntervalMillis',
  },
  taskBackoffTimeMs: { check: milliseconds(1), kcl3: 'taskBackoffTimeMillis', kcl1: 'taskBackoffTimeMillis' },
  maxLeasesForWorker: { check: integer(1, 2 ** 31 - 1), kcl3: 'maxLeasesForWorker', kcl1: 'maxLeasesForWorker' },
  maxLeasesToStealAtOneTime: {
    check: integer(1, 2 ** 31 - 1),
    kcl3: 'maxLeasesToStealAtOneTime',
    kcl1: 'maxLeasesToStealAtOneTime',
  },
  gracefulLeaseHandoff: { check: bool, kcl3: 'isGracefulLeaseHandoffEnabled', since: 3 },
  gracefulLeaseHandoffTimeoutMs: { check: milliseconds(1), kcl3: 'gracefulLeaseHandoffTimeoutMillis', since: 3 },
  clientVersionConfig: {
    check: oneOf('CLIENT_VERSION_CONFIG_COMPATIBLE_WITH_2X', 'CLIENT_VERSION_CONFIG_3X'),
    kcl3: 'clientVersionConfig',
    since: 3,
  },
  ignoreUnexpectedChildShards: {
    check: bool,
    kcl3: 'ignoreUnexpectedChildShards',
    kcl1: 'ignoreUnexpectedChildShards',
  },
  callProcessRecordsEvenForEmptyRecordList: {
    check: bool,
    kcl3: 'callProcessRecordsEvenForEmptyRecordList',
    kcl1: 'callProcessRecordsEvenForEmptyRecordList',
  },
  validateSequenceNumberBeforeCheckpointing: {
    check: bool,
    kcl3: 'validateSequenceNumberBeforeCheckpointing',
    kcl1: 'validateSequenceNumberBeforeCheckpointing',
  },
  metricsLevel: { check: oneOf('NONE', 'SUMMARY', 'DETAILED'), kcl3: 'metricsLevel', kcl1: 'metricsLevel' },
  metricsDimensions: {
    check: listOf(oneOf('Operation', 'ShardId', 'WorkerIdentifier', 'ALL')),
    kcl3: 'metricsEnabledDimensions',
    kcl1: 'metricsEnabledDimensions',
  },
  credentials: { check: checkCredentials },
  leaseTableCredentials: { check: checkCredentials },
  metricsCredentials: { check: checkCredentials },
  processor: { check: func },
  fastStart: { check: bool },
  startStaggerMs: { check: milliseconds(0) },
  stallTimeoutMs: { check: milliseconds(1_000) },
  onStall: { check: oneOf('warn', 'restartStream', 'exit') },
  logLevels: { check: recordOf(oneOf('TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'OFF')) },
  properties: { check: checkProperties },
  daemon: { check: oneOf('embedded', 'stock') },
  kclVersion: {
    check: value => (value === 1 || value === 2 || value === 3 ? null : `must be 1, 2 or 3, not ${shown(value)}`),
  },
  javaPath: { check: text() },
  heapBytes: { check: integer(64 * 1024 * 1024) },
  jvmArgs: { check: hidden(listOf(text(/./, 'a text that is not empty'))) },
  env: { check: hidden(recordOf(text(/^/, 'a text'))) },
  classpath: { check: value => (typeof value === 'string' ? text()(value) : listOf(text())(value)) },
  bridge: { check: oneOf('socat', 'nc') },
} satisfies Record<string, OptionRow>

/** The options of {@link KinesisStreamOptions}. */
export const kinesisOptionTable = {
  ...common,
  streamName: { check: awsName },
  streamArn: { check: text(/^arn:/, 'the ARN of a Kinesis stream') },
  kinesisEndpoint: { check: endpoint, kcl3: 'kinesisEndpoint', kcl1: 'kinesisEndpoint' },
  retrievalMode: { check: oneOf('POLLING', 'FANOUT'), kcl3: 'retrievalMode' },
  consumerName: { check: awsName, kcl3: 'fanoutConfig.consumerName', since: 2 },
  consumerArn: {
    check: text(/^arn:aws[\w-]*:kinesis:.+\/consumer\/.+$/, "a consumer's ARN"),
    kcl3: 'fanoutConfig.consumerArn',
    since: 2,
  },
} satisfies Record<keyof KinesisStreamOptions, OptionRow>

/** The options of {@link DynamodbStreamOptions}. */
export const dynamodbOptionTable = {
  ...common,
  idleTimeBetweenReadsMs: { ...common.idleTimeBetweenReadsMs, check: milliseconds(500) },
  maxRecords: { ...common.maxRecords, check: integer(1, 1_000) },
  tableName: { check: tableName },
  streamArn: { check: text(/^arn:/, 'the ARN of a DynamoDB stream') },
  // KCL 1 knows no third endpoint: its Kinesis client is the adapter's DynamoDB Streams client.
  dynamodbStreamsEndpoint: { check: endpoint, kcl3: 'dynamoDBStreamsEndpoint', kcl1: 'kinesisEndpoint' },
  numbers: { check: oneOf('number', 'string') },
} satisfies Record<keyof DynamodbStreamOptions, OptionRow>

function checkInitialPosition(value: unknown): string | null {
  const forms = "must be 'TRIM_HORIZON', 'LATEST' or { atTimestamp: Date }"
  if (value === 'TRIM_HORIZON' || value === 'LATEST') return null
  if (typeof value !== 'object' || value === null || Object.keys(value).join() !== 'atTimestamp') return forms
  const { atTimestamp } = value as Exclude<InitialPosition, string>
  return atTimestamp instanceof Date && Number.isFinite(atTimestamp.getTime()) && atTimestamp.getTime() >= 0
    ? null
    : `${forms} with a valid date`
}

function checkProperties(value: unknown): string | null {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return 'must be an object of property names and values'
  for (const [name, entry] of Object.entries(value)) {
    if (!['string', 'number', 'boolean'].includes(typeof entry))
      return `has '${name}', which must be a text, a number or a boolean`
  }
  return null
}
