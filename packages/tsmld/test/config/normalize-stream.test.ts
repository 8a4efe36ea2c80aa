import assert from 'node:assert/strict'
import { test } from 'node:test'
import { dynamodbStream, kinesisStream } from '../../src/config/define-stream.ts'
import { normalizeStream } from '../../src/config/normalize-stream.ts'
import type { KinesisStreamOptions, StreamDefaults } from '../../src/config/stream-options.ts'
import { toProperties } from '../../src/config/to-properties.ts'
import { assertRefused } from './refused.ts'
import { clicks, dynamodbArn, items, kinesisArn, untyped } from './samples.ts'

test('an unknown option is refused by name, with the nearest known one', () => {
  const options = untyped<KinesisStreamOptions>({ maxRecord: 10 })
  assertRefused(
    () => normalizeStream(clicks(options)),
    /^Option 'maxRecord' of kinesis stream 'clicks-cache' is unknown\. Did you mean 'maxRecords'\?$/,
  )
})

test('a property’s name given as an option leads to the option', () => {
  const options = untyped<KinesisStreamOptions>({ idleTimeBetweenReadsInMillis: 500 })
  assertRefused(() => normalizeStream(clicks(options)), /Did you mean 'idleTimeBetweenReadsMs'\?/)
})

test('an option far from every known one is refused without a suggestion', () => {
  const message = assertRefused(
    () => normalizeStream(clicks(untyped<KinesisStreamOptions>({ zzzzzz: 1 }))),
    /is unknown\.$/,
  )
  assert.doesNotMatch(message, /Did you mean/)
})

test('an inherited name is no option', () => {
  assertRefused(() => normalizeStream(clicks(untyped<KinesisStreamOptions>({ toString: 1 }))), /'toString'.*unknown/)
})

test('an option that is undefined counts as not given', () => {
  const stream = normalizeStream(clicks({ maxRecords: undefined, region: undefined }))
  assert.equal('maxRecords' in stream.settings, false)
  assert.equal(stream.region, null)
})

for (const option of ['applicationName', 'processor']) {
  test(`a missing ${option} is refused by name`, () => {
    assertRefused(
      () => normalizeStream(clicks(untyped<KinesisStreamOptions>({ [option]: undefined }))),
      new RegExp(`Option '${option}' of kinesis stream .* is missing`),
    )
  })
}

const wrongOnKinesis: readonly (readonly [Record<string, unknown>, RegExp])[] = [
  [{ maxRecords: 10_001 }, /'maxRecords' .* from 1 to 10000, not 10001/],
  [{ maxRecords: 0 }, /'maxRecords'/],
  [{ maxRecords: '100' }, /'maxRecords' .*not '100'/],
  [{ maxRecords: 1.5 }, /'maxRecords'/],
  [{ maxRecords: Number.NaN }, /'maxRecords'/],
  [{ maxRecords: null }, /'maxRecords' .*not null/],
  [{ idleTimeBetweenReadsMs: 199 }, /'idleTimeBetweenReadsMs' .*at least 200 milliseconds/],
  [{ stallTimeoutMs: Number.MAX_SAFE_INTEGER }, /'stallTimeoutMs' .*at most 2000000000 milliseconds/],
  [{ failoverTimeMs: -1 }, /'failoverTimeMs'/],
  [{ gracefulLeaseHandoff: 'yes' }, /'gracefulLeaseHandoff' .*true or false/],
  [{ metricsLevel: 'ALL' }, /'metricsLevel' .*must be 'NONE' or 'SUMMARY' or 'DETAILED'/],
  [{ metricsDimensions: ['ShardID'] }, /'metricsDimensions'/],
  [{ metricsDimensions: 'Operation' }, /'metricsDimensions' .*must be an array/],
  [{ retrievalMode: 'polling' }, /'retrievalMode'/],
  [{ initialPosition: 'AT_TIMESTAMP' }, /'initialPosition' .*must be .*atTimestamp: Date/],
  [{ initialPosition: { atTimestamp: '2026-11-23' } }, /'initialPosition'/],
  [{ initialPosition: { atTimestamp: new Date(Number.NaN) } }, /'initialPosition'/],
  [{ kinesisEndpoint: 'localhost:4568' }, /'kinesisEndpoint' .*must be a URL/],
  [{ region: 'eu west 1' }, /'region'/],
  [{ applicationName: 'a b' }, /'applicationName'/],
  [{ applicationName: 'ab' }, /'applicationName'/],
  [{ streamName: 'clicks/1' }, /'streamName'/],
  [{ streamName: '' }, /'streamName'/],
  [{ workerId: ' ' }, /'workerId'/],
  [{ processor: {} }, /'processor' .*must be a function/],
  [{ daemon: 'external' }, /'daemon'/],
  [{ heapBytes: 512 }, /'heapBytes' .*at least 67108864/],
  [{ jvmArgs: '-Xmx1g' }, /'jvmArgs' .*must be an array/],
  [{ env: { A: 1 } }, /'env' .*has 'A', which must be a text$/],
  [{ logLevels: { 'software.amazon': 'FINE' } }, /'logLevels' .*has 'software.amazon'/],
  [{ properties: { a: null } }, /'properties' .*has 'a'/],
  [{ properties: [] }, /'properties' .*must be an object/],
  [{ startStaggerMs: -5 }, /'startStaggerMs'/],
  [{ tableName: 'items' }, /'tableName' of kinesis stream 'clicks-cache' is unknown/],
  [{ streamArn: kinesisArn }, /'streamName' and 'streamArn' .*both given/],
  [{ streamName: undefined }, /'streamName' of .* is missing: give it or 'streamArn'/],
  [{ streamName: undefined, streamArn: 'arn:aws:kinesis:eu-west-1:1:stream/x' }, /'streamArn' .*<account>/],
  [{ streamName: undefined, streamArn: dynamodbArn }, /'streamArn' .*use dynamodbStream\(\)/],
  [
    { streamName: undefined, streamArn: kinesisArn, region: 'us-east-1' },
    /'region' .* is 'us-east-1', but the stream's ARN says 'eu-west-1'/,
  ],
  [{ consumerName: 'c' }, /'consumerName' .*needs retrievalMode 'FANOUT'/],
  [{ retrievalMode: 'FANOUT', maxRecords: 10 }, /'maxRecords' .*is for polling/],
  [
    { retrievalMode: 'FANOUT', consumerName: 'c', consumerArn: `${kinesisArn}/consumer/c:1` },
    /'consumerName' .*'consumerArn'/,
  ],
  [{ classpath: 'x.jar' }, /'classpath' .*needs daemon 'stock'/],
  [{ bridge: 'nc' }, /'bridge' .*needs daemon 'stock'/],
  [{ daemon: 'stock', fastStart: true }, /'fastStart' .*embedded/],
  [{ properties: { executableName: 'x' } }, /'executableName' .*tsmld sets it/],
  [
    { maxRecords: 5, properties: { maxRecords: 5 } },
    /Property 'maxRecords' .* and option 'maxRecords' say the same thing/,
  ],
  [
    { credentials: 'default', properties: { AWSCredentialsProvider: 'X' } },
    /Property 'AWSCredentialsProvider' .*option 'credentials'/,
  ],
  [{ initialPosition: 'LATEST', properties: { initialPositionInStreamExtended: 1 } }, /option 'initialPosition'/],
  [{ properties: { applicationName: 'other' } }, /option 'applicationName'/],
  [{ properties: { initialPositionInStream: 'AT_TIMESTAMP' } }, /AT_TIMESTAMP without a time/],
  [{ properties: { AwsCredentialsProvider: 'A', awsCredentialsProvider: 'B' } }, /given twice/],
]

for (const [options, message] of wrongOnKinesis) {
  test(`on Kinesis ${show(options)} is refused`, () => {
    assertRefused(() => normalizeStream(clicks(options)), message)
  })
}

const wrongOnDynamodb: readonly (readonly [Record<string, unknown>, RegExp])[] = [
  [{ maxRecords: 1001 }, /'maxRecords' .* from 1 to 1000/],
  [{ idleTimeBetweenReadsMs: 499 }, /'idleTimeBetweenReadsMs' .*at least 500/],
  [{ initialPosition: { atTimestamp: new Date() } }, /'initialPosition' .*DynamoDB streams have no AT_TIMESTAMP/],
  [{ properties: { initialPositionInStream: 'AT_TIMESTAMP' } }, /DynamoDB streams have no AT_TIMESTAMP/],
  [{ properties: { timestampAtInitialPositionInStream: 1 } }, /DynamoDB streams have no AT_TIMESTAMP/],
  [{ retrievalMode: 'POLLING' }, /'retrievalMode' of dynamodb stream 'items-cache' is unknown/],
  [{ streamName: 'items' }, /'streamName' of dynamodb stream 'items-cache' is unknown.*Did you mean 'tableName'/],
  [{ tableName: undefined, streamArn: kinesisArn }, /'streamArn' .*use kinesisStream\(\)/],
  [{ tableName: undefined }, /'tableName' of .* is missing/],
  [{ numbers: 'exact' }, /'numbers' .*must be 'number' or 'string'/],
  [{ daemon: 'stock', leaseAssignmentIntervalMs: 5000 }, /'leaseAssignmentIntervalMs' .*KCL 3.*KCL 1/],
  [{ daemon: 'stock', gracefulLeaseHandoff: true }, /'gracefulLeaseHandoff'/],
]

for (const [options, message] of wrongOnDynamodb) {
  test(`on DynamoDB ${show(options)} is refused`, () => {
    assertRefused(() => normalizeStream(items(options)), message)
  })
}

test('a message never holds the values of jvmArgs or env', () => {
  for (const options of [{ jvmArgs: ['-Dpassword=hunter2', 7] }, { env: { SECRET: ['hunter2'] } }]) {
    const message = assertRefused(() => normalizeStream(clicks(untyped<KinesisStreamOptions>(options))), /jvmArgs|env/)
    assert.doesNotMatch(message, /hunter2/)
  }
})

test('defaults fill in for a stream’s own options, and its own win', () => {
  const defaults: StreamDefaults = {
    region: 'eu-west-1',
    failoverTimeMs: 4000,
    metricsLevel: 'SUMMARY',
    daemon: 'stock',
    bridge: 'nc',
  }
  const stream = normalizeStream(clicks({ failoverTimeMs: 2000 }), defaults)
  assert.equal(stream.region, 'eu-west-1')
  assert.equal(stream.settings.failoverTimeMs, 2000)
  assert.equal(stream.settings.metricsLevel, 'SUMMARY')
  assert.deepEqual([stream.daemon.kind, stream.daemon.bridge, stream.target], ['stock', 'nc', 'stock-kcl3'])
})

test('defaults for the other type of stream, daemon or KCL are passed over', () => {
  const defaults: StreamDefaults = {
    kinesisEndpoint: 'http://k',
    dynamodbStreamsEndpoint: 'http://s',
    retrievalMode: 'POLLING',
    gracefulLeaseHandoff: true,
    fastStart: true,
    classpath: 'a.jar',
    numbers: 'string',
  }
  const stock = normalizeStream(items({ daemon: 'stock' }), defaults)
  assert.equal(stock.fastStart, false)
  assert.equal(stock.settings.gracefulLeaseHandoff, undefined)
  assert.equal(stock.settings.kinesisEndpoint, undefined)
  assert.deepEqual(stock.daemon.classpath, ['a.jar'])
  assert.equal(stock.numbers, 'string')
  const embedded = normalizeStream(clicks(), defaults)
  assert.equal(embedded.fastStart, true)
  assert.equal(embedded.daemon.classpath, null)
  assert.equal(embedded.settings.dynamodbStreamsEndpoint, undefined)
})

test('defaults that a stream uses obey its own rules', () => {
  assertRefused(
    () => normalizeStream(items(), { maxRecords: 5000 }),
    /'maxRecords' of 'defaults', used by dynamodb stream 'items-cache'/,
  )
  assert.equal(normalizeStream(items({ maxRecords: 100 }), { maxRecords: 5000 }).settings.maxRecords, 100)
})

test('an unknown or one-stream option in defaults is refused', () => {
  assertRefused(
    () => normalizeStream(clicks(), untyped<StreamDefaults>({ regoin: 'x' })),
    /'regoin' of 'defaults' is unknown.*'region'/,
  )
  assertRefused(
    () => normalizeStream(clicks(), untyped<StreamDefaults>({ applicationName: 'xyz' })),
    /'applicationName' of 'defaults' is unknown/,
  )
})

test('an own option beats a default property, and an own property a default option', () => {
  const byOption = normalizeStream(clicks({ maxRecords: 5 }), { properties: { maxRecords: 7, userAgent: 'x' } })
  assert.equal(toProperties(byOption)['maxRecords'], '5')
  assert.equal(toProperties(byOption)['userAgent'], 'x')
  const byProperty = normalizeStream(clicks({ properties: { maxRecords: 7 } }), { maxRecords: 5 })
  assert.equal(toProperties(byProperty)['maxRecords'], '7')
  assert.equal(byProperty.settings.maxRecords, undefined)
})

test('a region in free properties is the stream’s region', () => {
  const stream = normalizeStream(clicks({ properties: { regionName: 'us-west-2' } }))
  assert.equal(stream.region, 'us-west-2')
})

test('a property that no KCL knows is noted, with the nearest known one', () => {
  const stream = normalizeStream(clicks({ properties: { maxRecord: 5 } }))
  assert.deepEqual(stream.notes.length, 1)
  assert.match(stream.notes[0] ?? '', /'maxRecord' .*in silence\. Did you mean 'maxRecords'\?/)
})

test('a stream’s person name is the stream’s or table’s, its name the application’s', () => {
  const stream = normalizeStream(items({ tableName: undefined, streamArn: dynamodbArn }))
  assert.equal(stream.label, 'items')
  assert.equal(stream.name, 'items-cache')
})

test('the options object is not kept: changing it later changes nothing', () => {
  const options = { streamName: 'clicks', applicationName: 'clicks-cache', processor: () => ({ processRecords() {} }) }
  const definition = kinesisStream(options)
  options.applicationName = 'other'
  assert.equal(normalizeStream(definition).name, 'clicks-cache')
})

interface Item {
  readonly id: string
  readonly n: number
}

test('types: processors get records of their stream', () => {
  kinesisStream({
    streamName: 'a',
    applicationName: 'abc',
    processor: () => ({
      processRecords(batch) {
        const bytes: Buffer | undefined = batch.records[0]?.data
        // @ts-expect-error a Kinesis record has no images
        const image: unknown = batch.records[0]?.newImage
        assert.ok(bytes === image)
      },
    }),
  })
  dynamodbStream<Item, 'NEW_IMAGE'>({
    tableName: 'abc',
    applicationName: 'abc',
    processor: () => ({
      processRecords(batch) {
        for (const record of batch.records) {
          // @ts-expect-error a removed item has no new image
          const image: Item = record.newImage
          if (record.eventName !== 'REMOVE') assert.equal(record.newImage.n, image.n)
        }
      },
    }),
  })
  // @ts-expect-error a time is no position of a DynamoDB stream's defaults either, and a text is none at all
  assertRefused(() => normalizeStream(items({ initialPosition: 'NOW' })), /'initialPosition'/)
  // @ts-expect-error an option of Kinesis
  assertRefused(() => normalizeStream(items({ retrievalMode: 'FANOUT' })), /'retrievalMode'/)
})

function show(options: Record<string, unknown>): string {
  return Object.entries(options)
    .map(([name, value]) => `${name}: ${value === undefined ? 'undefined' : JSON.stringify(value)}`)
    .join(', ')
}
