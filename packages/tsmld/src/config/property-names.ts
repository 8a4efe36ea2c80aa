import { dynamodbOptionTable, kinesisOptionTable, type OptionRow } from './option-table.ts'

/** Options whose properties are made by code, with all names that those have in KCL 1 and 3. */
const madeByCode: Readonly<Record<string, readonly string[]>> = {
  streamName: ['streamName'],
  streamArn: ['streamArn'],
  region: ['regionName'],
  workerId: ['workerId', 'workerIdentifier'],
  initialPosition: ['initialPositionInStream', 'initialPositionInStreamExtended', 'timestampAtInitialPositionInStream'],
  credentials: ['AwsCredentialsProvider'],
  leaseTableCredentials: ['AwsCredentialsProviderDynamoDB'],
  metricsCredentials: ['AwsCredentialsProviderCloudWatch'],
}

/** What the MultiLangDaemons of KCL 3.1.3, 2 and 1 know beside what has an option here. */
const others = [
  'awsCredentialsProvider processingLanguage maxActiveThreads timeoutInSeconds shutdownGraceMillis cleanupLeasesUponShardCompletion',
  'initialLeaseTableReadCapacity initialLeaseTableWriteCapacity maxLeaseRenewalThreads listShardsBackoffTimeInMillis maxListShardsRetryAttempts',
  'enablePriorityLeaseAssignment leaseTableDeletionProtectionEnabled leaseTablePitrEnabled logWarningForTaskAfterMillis',
  'skipShardSyncAtWorkerInitializationIfLeasesExist schedulerInitializationBackoffTimeMillis metricsBufferTimeMillis metricsMaxQueueSize',
  'retryGetRecordsInSeconds maxGetRecordsThreadPool millisBehindLatestThresholdForReducedTps inMemoryWorkerMetricsCaptureFrequencyMillis',
  'workerMetricsReporterFreqInMillis noOfPersistedMetricsPerWorkerMetrics disableWorkerMetrics maxThroughputPerHostKBps dampeningPercentage',
  'reBalanceThresholdPercentage allowThroughputOvershoot varianceBalancingFrequency workerMetricsEMAAlpha staleWorkerMetricsEntryCleanupDuration',
  'workerMetricsTableName workerMetricsBillingMode workerMetricsReadCapacity workerMetricsWriteCapacity workerMetricsPointInTimeRecoveryEnabled',
  'workerMetricsDeletionProtectionEnabled workerMetricsTags coordinatorStateTableName coordinatorStateBillingMode coordinatorStateReadCapacity',
  'coordinatorStateWriteCapacity coordinatorStatePointInTimeRecoveryEnabled coordinatorStateDeletionProtectionEnabled coordinatorStateTags',
  'fanoutConfig.maxDescribeStreamSummaryRetries fanoutConfig.maxDescribeStreamConsumerRetries fanoutConfig.registerStreamConsumerRetries',
  'fanoutConfig.retryBackoffMillis billingMode completedLeaseCleanupThresholdMillis dataFetchingStrategy garbageLeaseCleanupThresholdMillis',
  'idleMillisBetweenCalls leaseCleanupIntervalMillis leasesRecoveryAuditorExecutionFrequencyMillis maxCacheByteSize maxInitializationAttempts',
  'leasesRecoveryAuditorInconsistencyConfidenceThreshold maxPendingProcessRecordsInput maxRecordsCount shardSyncStrategyType userAgent',
  'skipShardSyncAtStartupIfLeasesExist dynamoDBStreamsEndpoint',
].flatMap(line => line.split(' '))

const tables: readonly Readonly<Record<string, OptionRow>>[] = [kinesisOptionTable, dynamodbOptionTable]

const optionOf = new Map<string, string>()
for (const [option, names] of Object.entries(madeByCode)) for (const name of names) optionOf.set(name, option)
for (const table of tables) {
  for (const [option, { kcl1, kcl3 }] of Object.entries(table)) {
    for (const name of [kcl1, kcl3]) if (name !== undefined && !optionOf.has(name)) optionOf.set(name, option)
  }
}
const known = new Set([...optionOf.keys(), ...others])

/** The option that sets a property, if there is one. */
export function optionOfProperty(property: string): string | undefined {
  return optionOf.get(property)
}

/** Every property with a name of the MultiLangDaemon's, as suggestions for a wrong one. */
export function knownProperties(): readonly string[] {
  return [...known]
}

/** Whether the MultiLangDaemon of KCL 1 or 3 knows a property; it passes over others in silence. */
export function isKnownProperty(property: string): boolean {
  return known.has(property) || /^(kinesisClient|dynamoDbClient|cloudWatchClient|fanoutConfig)\./.test(property)
}

/** Writes a property's name as everywhere here: the MultiLangDaemons take `AWSCredentialsProvider…` and `AwsCredentialsProvider…`. */
export function canonicalProperty(property: string): string {
  return property.trim().replace(/^awscredentialsprovider/i, 'AwsCredentialsProvider')
}
