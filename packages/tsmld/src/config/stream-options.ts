import type { NumberForm } from '../records/attribute-value.ts'
import type { DynamodbRecord, StreamViewType } from '../records/dynamodb-record.ts'
import type { KinesisRecord } from '../records/record.ts'
import type { ProcessorFactory } from '../session/record-processor.ts'
import type { Credentials } from './credentials.ts'
import type { DaemonOptions } from './daemon-options.ts'

/** Where a shard that has no checkpoint yet begins. A checkpoint always wins. */
export type InitialPosition = 'TRIM_HORIZON' | 'LATEST' | { readonly atTimestamp: Date }

/** The levels of the daemon's log. */
export type LogLevel = 'TRACE' | 'DEBUG' | 'INFO' | 'WARN' | 'ERROR' | 'OFF'

/** The KCL's own settings, for either type of stream. What is not given is left to the KCL. */
export interface KclOptions {
  /** The AWS region of the stream, the lease table and the metrics. @default the region in the ARN, else that of the daemon's environment */
  readonly region?: string | undefined
  /** This worker's name in the lease table: one for each live process, always. @default a new one for each runtime */
  readonly workerId?: string | undefined
  /** The lease table's name. @default the application's name */
  readonly leaseTableName?: string | undefined
  /** The URL of DynamoDB, for the lease table; on a DynamoDB stream also for the table. */
  readonly dynamodbEndpoint?: string | undefined
  /** Where a shard without a checkpoint begins. @default 'TRIM_HORIZON' */
  readonly initialPosition?: InitialPosition | undefined
  /** The greatest number of records of one read: 1 to 10,000 on Kinesis, 1 to 1,000 on DynamoDB. @default 10,000, or 1,000 on DynamoDB */
  readonly maxRecords?: number | undefined
  /** The wait between reads of a shard, in milliseconds: at least 200 on Kinesis, 500 on DynamoDB. @default the KCL's: 1,500 on Kinesis, 1,000 on DynamoDB */
  readonly idleTimeBetweenReadsMs?: number | undefined
  /** After this long without renewal a lease is free for other workers, in milliseconds. @default the KCL's: 10,000 */
  readonly failoverTimeMs?: number | undefined
  /** The time between two assignments of leases to workers, in milliseconds. KCL 3 only. @default the KCL's: 2 × the failover time */
  readonly leaseAssignmentIntervalMs?: number | undefined
  /** The time between two looks for new shards, in milliseconds. The embedded daemon's DynamoDB streams do not use it. @default the KCL's: 60,000 */
  readonly shardSyncIntervalMs?: number | undefined
  /** The time between two looks whether a parent shard is finished, in milliseconds. @default the KCL's: 10,000 */
  readonly parentShardPollIntervalMs?: number | undefined
  /** The wait before a failed KCL task is tried again, in milliseconds. @default the KCL's: 500 */
  readonly taskBackoffTimeMs?: number | undefined
  /** The greatest number of leases that this worker takes. @default the KCL's: no limit */
  readonly maxLeasesForWorker?: number | undefined
  /** The greatest number of leases stolen from another worker at one time; KCL 3 uses it only while workers of KCL 2 share the application. @default the KCL's: 1 */
  readonly maxLeasesToStealAtOneTime?: number | undefined
  /** Whether a lease that moves to another worker is handed over with a last checkpoint. KCL 3 only. @default the KCL's: true */
  readonly gracefulLeaseHandoff?: boolean | undefined
  /** How long such a hand-over may take, in milliseconds. KCL 3 only. @default the KCL's: 30,000 */
  readonly gracefulLeaseHandoffTimeoutMs?: number | undefined
  /**
   * How KCL 3 shares the leases of an application that KCL 1 or 2 has run: `CLIENT_VERSION_CONFIG_COMPATIBLE_WITH_2X` beside workers of the old version, and until
   * none is left; then `CLIENT_VERSION_CONFIG_3X`, from which there is no way back. KCL 3 only. @default the KCL's: `CLIENT_VERSION_CONFIG_3X`
   */
  readonly clientVersionConfig?: 'CLIENT_VERSION_CONFIG_COMPATIBLE_WITH_2X' | 'CLIENT_VERSION_CONFIG_3X' | undefined
  /** Whether child shards whose parents are still open are passed over, rather than a failure, when shards are looked for. @default false */
  readonly ignoreUnexpectedChildShards?: boolean | undefined
  /** Whether empty reads reach tsmld, as heartbeats; your code sees them only where it asks for them. @default true */
  readonly callProcessRecordsEvenForEmptyRecordList?: boolean | undefined
  /** Whether a position is checked with an API call before it is checkpointed. KCL 1 only: KCL 3 ignores it. @default false */
  readonly validateSequenceNumberBeforeCheckpointing?: boolean | undefined
  /** What the KCL sends to CloudWatch, which costs money. @default 'NONE' */
  readonly metricsLevel?: 'NONE' | 'SUMMARY' | 'DETAILED' | undefined
  /** The dimensions of these metrics. `ShardId` makes many metrics where there are many shards. @default the KCL's */
  readonly metricsDimensions?: readonly ('Operation' | 'ShardId' | 'WorkerIdentifier' | 'ALL')[] | undefined
  /** Credentials for the stream. @default 'default' */
  readonly credentials?: Credentials | undefined
  /** Credentials for the lease table. @default those for the stream */
  readonly leaseTableCredentials?: Credentials | undefined
  /** Credentials for CloudWatch. @default those for the stream */
  readonly metricsCredentials?: Credentials | undefined
}

/** The KCL's settings that only a Kinesis stream has. */
export interface KinesisKclOptions {
  /** The URL of Kinesis. */
  readonly kinesisEndpoint?: string | undefined
  /** Polling shares a shard's 2 MB/s with other consumers; `FANOUT` has its own, and costs money. KCL 3 only. @default 'POLLING' */
  readonly retrievalMode?: 'POLLING' | 'FANOUT' | undefined
  /** The fan-out consumer's name. With `FANOUT` only. @default the application's name */
  readonly consumerName?: string | undefined
  /** A fan-out consumer that is registered already. With `FANOUT` only. */
  readonly consumerArn?: string | undefined
}

/** The KCL's settings that only a DynamoDB stream has. */
export interface DynamodbKclOptions {
  /** The URL of DynamoDB Streams. @default `dynamodbEndpoint` */
  readonly dynamodbStreamsEndpoint?: string | undefined
}

/** What is done about a handler that stalls. */
export type OnStall = 'warn' | 'restartStream' | 'exit'

/** What tsmld itself does with a stream of either type. */
export interface TreeOptions extends DaemonOptions {
  /** For development: starts in seconds instead of minutes, by leaving out waits that protect the lease table when many workers start at once. Embedded daemon only. @default false */
  readonly fastStart?: boolean | undefined
  /** A random wait of up to this long before the stream starts, in milliseconds, so that many processes do not start at once. @default 0 */
  readonly startStaggerMs?: number | undefined
  /** After this long without progress a handler is said to stall, in milliseconds, at least 1,000: it is logged, shown in `status()` and `health()`, and dealt with as `onStall` says. @default 300000 */
  readonly stallTimeoutMs?: number | undefined
  /**
   * What becomes of a stream with a handler that stalls: it is waited for (`warn`); all of the stream's sessions end and its tree starts again from its checkpoints (`restartStream`), which
   * needs a handler that heeds `shard.signal`; or the process ends with code 70 (`exit`), for a service manager to start it again. @default 'warn'
   */
  readonly onStall?: OnStall | undefined
  /** Levels of the daemon's loggers, by their Java names: `{ 'software.amazon.kinesis': 'WARN' }`. */
  readonly logLevels?: Readonly<Record<string, LogLevel>> | undefined
  /** Properties of the MultiLangDaemon by their own names, for what has no option; one that an option sets as well is refused. */
  readonly properties?: Readonly<Record<string, string | number | boolean>> | undefined
}

/** One Kinesis stream: exactly one of `streamName` and `streamArn`. */
export interface KinesisStreamOptions extends KclOptions, KinesisKclOptions, TreeOptions {
  /** The stream's name, in the account and region of the credentials. */
  readonly streamName?: string | undefined
  /** The stream's ARN. Its region counts; KCL 3.1.3 does not use its account: another account's stream needs `credentials` with a role there. */
  readonly streamArn?: string | undefined
  /** Names the lease table: workers with the same name share the shards. Never the same for two streams. */
  readonly applicationName: string
  /** Makes what processes a shard, once for each time that this process has its lease: `eachRecord(…)`, or your own. */
  readonly processor: ProcessorFactory<KinesisRecord>
}

/** One DynamoDB stream: exactly one of `tableName` and `streamArn`. */
export interface DynamodbStreamOptions<
  Item extends object = Record<string, unknown>,
  View extends StreamViewType = StreamViewType,
> extends KclOptions,
    DynamodbKclOptions,
    TreeOptions {
  /** The table, whose newest stream is looked up at each start. */
  readonly tableName?: string | undefined
  /** The stream's ARN, for one that is not the table's newest. */
  readonly streamArn?: string | undefined
  /** Names the lease table: workers with the same name share the shards. Never the same for two streams. */
  readonly applicationName: string
  /** Makes what processes a shard, once for each time that this process has its lease: `eachRecord(…)`, or your own. */
  readonly processor: ProcessorFactory<DynamodbRecord<Item, View>>
  /**
   * How numbers come. `number`: as the AWS SDK's `unmarshall` gives them (a whole number beyond 2^53 − 1 as a bigint), and one that would be rounded is an
   * error; `string`: each as its exact decimal text. @default 'number'
   */
  readonly numbers?: NumberForm | undefined
}

/** Options for every stream of a runtime that does not give its own. An option of the other type of stream is passed over. */
export interface StreamDefaults extends KclOptions, KinesisKclOptions, DynamodbKclOptions, TreeOptions {
  readonly numbers?: NumberForm | undefined
}
