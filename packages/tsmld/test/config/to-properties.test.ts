import assert from 'node:assert/strict'
import { test } from 'node:test'
import { normalizeStream } from '../../src/config/normalize-stream.ts'
import { toDaemonStream, toProperties } from '../../src/config/to-properties.ts'
import { assertRefused } from './refused.ts'
import { clicks, dynamodbArn, items, kinesisArn } from './samples.ts'

test('a smallest Kinesis stream polls, without metrics, from the oldest record', () => {
  assert.deepEqual(toProperties(normalizeStream(clicks({ region: 'eu-west-1' })), 'embedded', { workerId: 'w-1' }), {
    streamName: 'clicks',
    applicationName: 'clicks-cache',
    regionName: 'eu-west-1',
    workerId: 'w-1',
    AwsCredentialsProvider: 'DefaultCredentialsProvider',
    initialPositionInStream: 'TRIM_HORIZON',
    workerMetricsReporterFreqInMillis: '5000',
    noOfPersistedMetricsPerWorkerMetrics: '60',
    workerMetricsEMAAlpha: '0.109',
    callProcessRecordsEvenForEmptyRecordList: 'true',
    validateSequenceNumberBeforeCheckpointing: 'false',
    metricsLevel: 'NONE',
    retrievalMode: 'POLLING',
  })
})

test('a smallest DynamoDB stream reads 1,000 records at once', () => {
  assert.deepEqual(toDaemonStream(normalizeStream(items({ fastStart: true }))), {
    name: 'items-cache',
    type: 'dynamodb',
    tableName: 'items',
    fastStart: true,
    properties: {
      streamName: 'items',
      retrievalMode: 'POLLING',
      applicationName: 'items-cache',
      AwsCredentialsProvider: 'DefaultCredentialsProvider',
      initialPositionInStream: 'TRIM_HORIZON',
      workerMetricsReporterFreqInMillis: '5000',
      noOfPersistedMetricsPerWorkerMetrics: '60',
      workerMetricsEMAAlpha: '0.109',
      maxRecords: '1000',
      callProcessRecordsEvenForEmptyRecordList: 'true',
      validateSequenceNumberBeforeCheckpointing: 'false',
      metricsLevel: 'NONE',
    },
  })
})

test('every option of a Kinesis stream becomes the property of KCL 3', () => {
  const stream = clicks({
    region: 'eu-west-1',
    workerId: 'mine',
    leaseTableName: 'leases',
    kinesisEndpoint: 'http://127.0.0.1:4568',
    dynamodbEndpoint: 'http://127.0.0.1:8000',
    initialPosition: 'LATEST',
    maxRecords: 500,
    idleTimeBetweenReadsMs: 250,
    failoverTimeMs: 5000,
    leaseAssignmentIntervalMs: 3000,
    shardSyncIntervalMs: 1000,
    parentShardPollIntervalMs: 2000,
    taskBackoffTimeMs: 100,
    maxLeasesForWorker: 7,
    maxLeasesToStealAtOneTime: 2,
    gracefulLeaseHandoff: false,
    gracefulLeaseHandoffTimeoutMs: 9000,
    ignoreUnexpectedChildShards: true,
    callProcessRecordsEvenForEmptyRecordList: false,
    validateSequenceNumberBeforeCheckpointing: true,
    metricsLevel: 'SUMMARY',
    metricsDimensions: ['Operation', 'ShardId'],
  })
  const { AwsCredentialsProvider, ...properties } = toProperties(normalizeStream(stream), 'stock-kcl3', {
    workerId: 'not used',
    executableName: '/usr/bin/socat - UNIX-CONNECT:/x',
    shutdownGraceMs: 20_000,
    timeoutSeconds: 30,
  })
  assert.equal(AwsCredentialsProvider, 'DefaultCredentialsProvider')
  assert.deepEqual(properties, {
    executableName: '/usr/bin/socat - UNIX-CONNECT:/x',
    streamName: 'clicks',
    applicationName: 'clicks-cache',
    regionName: 'eu-west-1',
    workerId: 'mine',
    tableName: 'leases',
    kinesisEndpoint: 'http://127.0.0.1:4568',
    dynamoDBEndpoint: 'http://127.0.0.1:8000',
    initialPositionInStream: 'LATEST',
    maxRecords: '500',
    idleTimeBetweenReadsInMillis: '250',
    failoverTimeMillis: '5000',
    leaseAssignmentIntervalMillis: '3000',
    shardSyncIntervalMillis: '1000',
    parentShardPollIntervalMillis: '2000',
    taskBackoffTimeMillis: '100',
    maxLeasesForWorker: '7',
    maxLeasesToStealAtOneTime: '2',
    isGracefulLeaseHandoffEnabled: 'false',
    gracefulLeaseHandoffTimeoutMillis: '9000',
    ignoreUnexpectedChildShards: 'true',
    callProcessRecordsEvenForEmptyRecordList: 'false',
    validateSequenceNumberBeforeCheckpointing: 'true',
    metricsLevel: 'SUMMARY',
    workerMetricsReporterFreqInMillis: '2500',
    noOfPersistedMetricsPerWorkerMetrics: '120',
    workerMetricsEMAAlpha: '0.056',
    metricsEnabledDimensions: 'Operation,ShardId',
    retrievalMode: 'POLLING',
    shutdownGraceMillis: '20000',
    timeoutInSeconds: '30',
  })
})

test('fan-out names its consumer inside fanoutConfig', () => {
  const byName = toProperties(normalizeStream(clicks({ retrievalMode: 'FANOUT', consumerName: 'c1' })))
  assert.equal(byName['retrievalMode'], 'FANOUT')
  assert.equal(byName['fanoutConfig.consumerName'], 'c1')
  const consumerArn = `${kinesisArn}/consumer/c1:1700000000`
  const byArn = toProperties(normalizeStream(clicks({ retrievalMode: 'FANOUT', consumerArn })))
  assert.equal(byArn['fanoutConfig.consumerArn'], consumerArn)
})

test('a starting time takes the place of the position, in whole seconds, never later than asked', () => {
  const stream = normalizeStream(clicks({ initialPosition: { atTimestamp: new Date(1_700_000_000_999) } }))
  const kcl3 = toProperties(stream)
  assert.equal(kcl3['initialPositionInStreamExtended'], '1700000000')
  assert.equal(kcl3['initialPositionInStream'], undefined)
  const kcl1 = toProperties(stream, 'stock-kcl1')
  assert.equal(kcl1['timestampAtInitialPositionInStream'], '1700000000')
  assert.equal(kcl1['initialPositionInStream'], undefined)
})

test('a Kinesis ARN gives name and region, and goes along for a KCL that can use it', () => {
  const properties = toProperties(normalizeStream(clicks({ streamName: undefined, streamArn: kinesisArn })))
  assert.equal(properties['streamName'], 'clicks')
  assert.equal(properties['streamArn'], kinesisArn)
  assert.equal(properties['regionName'], 'eu-west-1')
  assert.equal(
    toProperties(normalizeStream(clicks({ streamName: undefined, streamArn: kinesisArn })), 'stock-kcl1')['streamArn'],
    undefined,
  )
})

test('a DynamoDB stream by ARN stands beside the properties and in them', () => {
  const stream = toDaemonStream(normalizeStream(items({ tableName: undefined, streamArn: dynamodbArn })))
  assert.equal(stream.streamArn, dynamodbArn)
  assert.equal(stream.tableName, undefined)
  assert.equal(stream.properties['streamName'], dynamodbArn)
  assert.equal(stream.properties['regionName'], 'eu-west-1')
})

test('DynamoDB Local’s region in an ARN is no region', () => {
  const streamArn = dynamodbArn.replace('eu-west-1', 'ddblocal')
  const stream = normalizeStream(items({ tableName: undefined, streamArn, region: 'us-east-1' }))
  assert.equal(stream.region, 'us-east-1')
  assert.equal(stream.label, 'items')
})

test('DynamoDB streams have an endpoint of their own in the embedded daemon, and Kinesis’ in KCL 1', () => {
  const both = { dynamodbEndpoint: 'http://a', dynamodbStreamsEndpoint: 'http://b' }
  const embedded = toProperties(normalizeStream(items(both)))
  assert.equal(embedded['dynamoDBEndpoint'], 'http://a')
  assert.equal(embedded['dynamoDBStreamsEndpoint'], 'http://b')
  assert.equal(embedded['kinesisEndpoint'], undefined)
  const stock = toProperties(normalizeStream(items({ ...both, daemon: 'stock' })))
  assert.equal(stock['dynamoDBEndpoint'], 'http://a')
  assert.equal(stock['kinesisEndpoint'], 'http://b')
  const one = toProperties(normalizeStream(items({ dynamodbEndpoint: 'http://a', daemon: 'stock' })))
  assert.equal(one['kinesisEndpoint'], 'http://a')
})

test('free properties replace defaults, come last, and are written as texts', () => {
  const stream = normalizeStream(
    clicks({
      properties: { metricsLevel: 'DETAILED', cleanupLeasesUponShardCompletion: true, maxLeaseRenewalThreads: 3 },
    }),
  )
  const properties = toProperties(stream)
  assert.equal(properties['metricsLevel'], 'DETAILED')
  assert.deepEqual(Object.entries(properties).slice(-2), [
    ['cleanupLeasesUponShardCompletion', 'true'],
    ['maxLeaseRenewalThreads', '3'],
  ])
  assert.deepEqual(stream.notes, [])
})

test('a starting time in free properties takes the place of the default position, in the target’s words', () => {
  const given = { initialPositionInStream: 'AT_TIMESTAMP', timestampAtInitialPositionInStream: 1_700_000_000 }
  const stream = normalizeStream(clicks({ properties: given }))
  const properties = toProperties(stream)
  assert.equal(properties['initialPositionInStreamExtended'], '1700000000')
  assert.equal(properties['timestampAtInitialPositionInStream'], undefined)
  assert.equal(properties['initialPositionInStream'], undefined)
})

test('KCL 2 gets what KCL 3 does, in its own spelling, but for what came with KCL 3', () => {
  const defaults = { leaseAssignmentIntervalMs: 500, clientVersionConfig: 'CLIENT_VERSION_CONFIG_3X' } as const
  const stream = normalizeStream(clicks({ daemon: 'stock', kclVersion: 2, maxRecords: 500 }), defaults)
  assert.equal(stream.target, 'stock-kcl2')
  assert.deepEqual(toProperties(stream), {
    streamName: 'clicks',
    applicationName: 'clicks-cache',
    AWSCredentialsProvider: 'DefaultAWSCredentialsProviderChain',
    initialPositionInStream: 'TRIM_HORIZON',
    maxRecords: '500',
    callProcessRecordsEvenForEmptyRecordList: 'true',
    validateSequenceNumberBeforeCheckpointing: 'false',
    metricsLevel: 'NONE',
    retrievalMode: 'POLLING',
  })
})

test('a stock daemon of KCL 3 hands no lease over, unless asked to: one that waits for its parents would never move', () => {
  const name = 'isGracefulLeaseHandoffEnabled'
  const of = (options: object): string | undefined => toProperties(normalizeStream(clicks(options)))[name]
  assert.equal(of({ daemon: 'stock' }), 'false')
  assert.equal(of({ daemon: 'stock', gracefulLeaseHandoff: true }), 'true')
  assert.equal(of({ daemon: 'stock', properties: { [name]: true } }), 'true')
  assert.equal(of({ daemon: 'stock', kclVersion: 2 }), undefined)
  assert.equal(of({}), undefined)
})

test('workers of KCL 3 report twice in the time in which a lease is free, so that a dead one is given no shards for longer', () => {
  const reports = (options: object, target: 'embedded' | 'stock-kcl3' | 'stock-kcl2' = 'embedded') => {
    const properties = toProperties(normalizeStream(clicks(options)), target)
    return [
      properties['workerMetricsReporterFreqInMillis'],
      properties['noOfPersistedMetricsPerWorkerMetrics'],
      properties['workerMetricsEMAAlpha'],
    ]
  }
  assert.deepEqual(reports({ failoverTimeMs: 30_000 }), ['15000', '20', '0.293'])
  assert.deepEqual(reports({ failoverTimeMs: 30_000 }, 'stock-kcl3'), ['15000', '20', '0.293'])
  assert.deepEqual(reports({ properties: { failoverTimeMillis: '20000' } }), ['10000', '30', '0.206'])
  assert.deepEqual(reports({ failoverTimeMs: 1_000 }), ['2000', '150', '0.045'])
  assert.deepEqual(reports({ failoverTimeMs: 120_000 }), ['30000', '10', '0.500'], 'as the KCL has it')
  assert.deepEqual(reports({}, 'stock-kcl2'), [undefined, undefined, undefined])
})

test('how far back a leader looks follows a reporting interval of the user’s, too, and is theirs where they say so', () => {
  const workerMetricsReporterFreqInMillis = '7000'
  const of = (properties: Record<string, string>) => toProperties(normalizeStream(clicks({ properties })))
  const { noOfPersistedMetricsPerWorkerMetrics: count, workerMetricsEMAAlpha: alpha } = of({
    workerMetricsReporterFreqInMillis,
  })
  assert.deepEqual([count, alpha], ['43', '0.149'])
  const given = {
    workerMetricsReporterFreqInMillis,
    noOfPersistedMetricsPerWorkerMetrics: '5',
    workerMetricsEMAAlpha: '0.7',
  }
  assert.deepEqual({ ...of(given), ...given }, of(given))
})

test('the client version of a migration is a property of KCL 3', () => {
  const clientVersionConfig = 'CLIENT_VERSION_CONFIG_COMPATIBLE_WITH_2X'
  for (const stream of [clicks({ clientVersionConfig }), items({ clientVersionConfig })])
    assert.equal(toProperties(normalizeStream(stream))['clientVersionConfig'], clientVersionConfig)
})

test('fan-out is refused for KCL 1', () => {
  assertRefused(
    () => toProperties(normalizeStream(clicks({ retrievalMode: 'FANOUT' })), 'stock-kcl1'),
    /'retrievalMode'/,
  )
})
