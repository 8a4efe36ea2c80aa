import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { normalizeStream } from '../../src/config/normalize-stream.ts'
import { formatProperties } from '../../src/config/properties-file.ts'
import { streamFromProperties } from '../../src/config/stream-from-properties.ts'
import { toProperties } from '../../src/config/to-properties.ts'
import { assertRefused } from './refused.ts'
import { dynamodbArn, kinesisArn } from './samples.ts'

const processor = (): { processRecords(): void } => ({ processRecords() {} })

function write(t: TestContext, text: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'tsmld-properties-'))
  t.after(() => {
    rmSync(folder, { recursive: true })
  })
  const file = join(folder, 'app.properties')
  writeFileSync(file, text, 'latin1')
  return file
}

const awsKcl = `
# as aws-kcl's sample has it
executableName = node sample_kcl_app.js
streamName = kclnodejssample
applicationName=kclnodejssample
AWSCredentialsProvider = DefaultCredentialsProvider
processingLanguage = nodejs/0.10
initialPositionInStream = TRIM_HORIZON
regionName : us-east-1
failoverTimeMillis = 10000
#workerId =
workerId =
maxRecords = 10000
`

test('an aws-kcl file is taken as it is, without its child process', t => {
  const stream = normalizeStream(streamFromProperties(write(t, awsKcl), processor))
  assert.equal(stream.type, 'kinesis')
  assert.equal(stream.label, 'kclnodejssample')
  assert.equal(stream.region, 'us-east-1')
  assert.deepEqual(toProperties(stream, 'embedded', { workerId: 'w' }), {
    streamName: 'kclnodejssample',
    applicationName: 'kclnodejssample',
    regionName: 'us-east-1',
    workerId: 'w',
    callProcessRecordsEvenForEmptyRecordList: 'true',
    AwsCredentialsProvider: 'DefaultCredentialsProvider',
    initialPositionInStream: 'TRIM_HORIZON',
    workerMetricsReporterFreqInMillis: '5000',
    noOfPersistedMetricsPerWorkerMetrics: '60',
    workerMetricsEMAAlpha: '0.109',
    failoverTimeMillis: '10000',
    maxRecords: '10000',
  })
  assert.deepEqual(stream.notes.length, 2)
  assert.match(stream.notes.join('\n'), /'executableName' .*\n.*'processingLanguage'/)
})

test('what the file does not say is left to the KCL, except credentials, heartbeats and how often a worker reports', t => {
  const stream = normalizeStream(streamFromProperties(write(t, 'applicationName=abc\nstreamName=abc'), processor))
  assert.deepEqual(toProperties(stream), {
    streamName: 'abc',
    applicationName: 'abc',
    AwsCredentialsProvider: 'DefaultCredentialsProvider',
    workerMetricsReporterFreqInMillis: '5000',
    noOfPersistedMetricsPerWorkerMetrics: '60',
    workerMetricsEMAAlpha: '0.109',
    callProcessRecordsEvenForEmptyRecordList: 'true',
  })
})

test('a DynamoDB stream’s ARN in streamName makes a DynamoDB stream, as erlmld has it', t => {
  const text = formatProperties({
    applicationName: 'abc',
    streamName: dynamodbArn,
    AWSCredentialsProvider: 'DefaultAWSCredentialsProviderChain',
  })
  const file = write(t, text)
  const embedded = normalizeStream(streamFromProperties(file, processor))
  assert.equal(embedded.type, 'dynamodb')
  assert.equal(embedded.streamArn, dynamodbArn)
  assert.equal(toProperties(embedded)['AwsCredentialsProvider'], 'DefaultCredentialsProvider')
  assert.match(
    embedded.notes.join(),
    /DefaultAWSCredentialsProviderChain is called DefaultCredentialsProvider in KCL 3/,
  )
  const stock = normalizeStream(streamFromProperties(file, processor, { daemon: 'stock' }))
  assert.equal(stock.target, 'stock-kcl1')
  assert.equal(toProperties(stock)['AWSCredentialsProvider'], 'DefaultAWSCredentialsProviderChain')
  assert.equal(toProperties(stock)['streamName'], dynamodbArn)
})

test('a role in KCL 2’s words becomes KCL 3’s, and stays what it is where the stock daemon is KCL 2', t => {
  const role = 'KclSTSAssumeRoleSessionCredentialsProvider|arn:aws:iam::123456789012:role/r|me|externalId=e'
  const file = write(t, formatProperties({ applicationName: 'abc', streamName: 'abc', AWSCredentialsProvider: role }))
  const kcl3 = toProperties(normalizeStream(streamFromProperties(file, processor)))
  assert.equal(kcl3['AwsCredentialsProvider'], role.replace(/^[^|]+/, 'StsAssumeRoleCredentialsProvider'))
  const stock = streamFromProperties(file, processor, { daemon: 'stock', kclVersion: 2 })
  assert.equal(toProperties(normalizeStream(stock))['AWSCredentialsProvider'], role)
})

test('streamArn goes before streamName, as in the KCL', t => {
  const text = formatProperties({ applicationName: 'abc', streamName: 'other', streamArn: kinesisArn })
  const stream = normalizeStream(streamFromProperties(write(t, text), processor))
  assert.equal(stream.label, 'clicks')
  assert.match(stream.notes.join(), /'streamName' .*'streamArn' goes before it/)
})

test('a starting time of KCL 1 becomes that of KCL 3', t => {
  const text =
    'applicationName=abc\nstreamName=abc\ninitialPositionInStream=AT_TIMESTAMP\ntimestampAtInitialPositionInStream=1700000000'
  const properties = toProperties(normalizeStream(streamFromProperties(write(t, text), processor)))
  assert.equal(properties['initialPositionInStreamExtended'], '1700000000')
  assert.equal(properties['initialPositionInStream'], undefined)
})

test('options beside the file say how tsmld runs its stream', t => {
  const stream = normalizeStream(
    streamFromProperties(write(t, awsKcl), processor, { heapBytes: 2 ** 28, fastStart: true }),
  )
  assert.equal(stream.daemon.heapBytes, 2 ** 28)
  assert.equal(stream.fastStart, true)
})

test('a file that is not there, or names no application or stream, is refused by name', t => {
  assertRefused(
    () => streamFromProperties('/nowhere/app.properties', processor),
    /\/nowhere\/app\.properties cannot be read/,
  )
  assertRefused(
    () => streamFromProperties(write(t, 'streamName=abc'), processor),
    /'applicationName' is missing in .*app\.properties/,
  )
  assertRefused(
    () => streamFromProperties(write(t, 'applicationName=abc'), processor),
    /'streamName' or 'streamArn' is missing/,
  )
})

const named = 'applicationName=clicks-cache\nstreamName=clicks\nregionName=eu-west-1\n'

for (const [line, what] of [
  ['maxRecords=lots', /'maxRecords' .* must be a whole number, not 'lots'/],
  ['failoverTimeMillis=10s', /'failoverTimeMillis' .* must be a whole number, not '10s'/],
  ['maxLeasesForWorker=all', /'maxLeasesForWorker' .* must be a whole number/],
  ['initialPositionInStream=EARLIEST', /must be TRIM_HORIZON or LATEST or AT_TIMESTAMP, not 'EARLIEST'/],
  ['retrievalMode=push', /'retrievalMode' .* must be POLLING or FANOUT or DEFAULT, not 'push'/],
  ['metricsLevel=some', /must be NONE or SUMMARY or DETAILED/],
  ['ignoreUnexpectedChildShards=maybe', /must be true or false, not 'maybe'/],
] as const)
  test(`a value that the KCL cannot mean: ${line}`, t => {
    assertRefused(() => normalizeStream(streamFromProperties(write(t, `${named}${line}\n`), processor)), what)
  })

test('values are taken as the MultiLangDaemons read them', t => {
  const lines = [
    'initialPositionInStream=trim_horizon',
    'retrievalMode=fanout',
    'ignoreUnexpectedChildShards=YES',
    'failoverTimeMillis= 10000 ',
  ]
  assert.ok(normalizeStream(streamFromProperties(write(t, named + lines.join('\n')), processor)))
})

test('a line that is no property is told', t => {
  const { notes } = normalizeStream(streamFromProperties(write(t, `${named}garbage\nworkerId=\n`), processor))
  assert.match(
    notes.join('\n'),
    /^The line 'garbage' in .*app\.properties is no property with a value: it is not used$/,
  )
})
