import { didYouMean } from './did-you-mean.ts'
import { dynamodbOptionTable, kinesisOptionTable } from './option-table.ts'

// What an option that is unknown here may be: one of another name, that of another function, or one that other libraries have.

const names = (text: string): readonly string[] => text.split(' ')
const onFailure = 'retry onPoison timeoutMs checkpointIntervalMs onEvent'

/** Which function takes which options; those outside of this folder are checked by a test. */
export const optionOwners: Readonly<Record<string, readonly string[]>> = {
  'kinesisStream()': Object.keys(kinesisOptionTable),
  'dynamodbStream()': Object.keys(dynamodbOptionTable),
  'createRuntime()': names(
    'streams defaults threads stopDeadlineMs onStreamFailed logger sharedDaemon transport nodeTimeoutMs startTimeoutMs restartLimit shardRestartLimit handlerWaitMs checkpointTimeoutMs handshakeTimeoutMs maxRecordBytes maxBatchBytes maxLineBytes',
  ),
  'eachRecord()': names(`${onFailure} concurrency key filter maxAhead`),
  'eachBatch()': names(`${onFailure} maxRecords maxBytes maxWaitMs`),
  'batchProcessor()': names(
    'retry checkpointIntervalMs onEvent flusher maxRecords maxBytes flushIntervalMs heartbeatIntervalMs subSequenceCheckpoints onCheckpoint logCheckpoints',
  ),
  "the option 'retry'": names('attempts maxElapsedMs backoff retryable'),
}

/** What Lambda's event source mappings, aws-kcl, Kafka's clients and other options here call it, without case and unit. */
const aliases: Readonly<Record<string, string>> = {
  streamname: 'tableName',
  tablename: 'streamName leaseTableName',
  topic: 'streamName tableName',
  stream: 'streamName streamArn',
  table: 'tableName',
  groupid: 'applicationName',
  consumergroup: 'applicationName',
  appname: 'applicationName',
  handler: 'processor',
  recordprocessor: 'processor',
  eachmessage: 'processor',
  onrecord: 'processor',
  batchsize: 'maxRecords',
  maxbatchsize: 'maxRecords',
  batchwindow: 'maxWaitMs flushIntervalMs',
  maximumbatchingwindow: 'maxWaitMs flushIntervalMs',
  linger: 'maxWaitMs flushIntervalMs',
  retries: 'attempts retry',
  maxretries: 'attempts retry',
  retryattempts: 'attempts retry',
  maximumretryattempts: 'attempts retry',
  maximumrecordage: 'maxElapsedMs retry',
  parallelizationfactor: 'concurrency',
  parallelism: 'concurrency threads',
  maxconcurrency: 'concurrency',
  partitionsconsumedconcurrently: 'concurrency threads',
  workers: 'threads',
  dlq: 'onPoison',
  deadletter: 'onPoison',
  deadletterqueue: 'onPoison',
  onfailure: 'onPoison',
  onerror: 'onPoison',
  autocommitinterval: 'checkpointIntervalMs',
  commitinterval: 'checkpointIntervalMs',
  checkpointinterval: 'checkpointIntervalMs',
  startingposition: 'initialPosition',
  frombeginning: 'initialPosition',
  pollinterval: 'idleTimeBetweenReadsMs',
  leaseduration: 'failoverTimeMs',
  sessiontimeout: 'failoverTimeMs',
  endpoint: 'kinesisEndpoint dynamodbEndpoint',
  java: 'javaPath',
  javahome: 'javaPath',
  memory: 'heapBytes',
  heap: 'heapBytes',
  loglevel: 'logLevels',
  shutdowntimeout: 'stopDeadlineMs',
  graceperiod: 'stopDeadlineMs',
  shutdowngrace: 'stopDeadlineMs',
}

/** What to say of an option that is none of `known`: which is meant, or where it belongs; begins with a blank. */
export function optionHint(name: string, known: readonly string[]): string {
  const bare = name.toLowerCase().replace(/(in)?(ms|millis|milliseconds|seconds)$/, '')
  const meant = Object.hasOwn(aliases, bare) ? names(aliases[bare] ?? '') : []
  const [first, ...others] = meant.filter(each => known.includes(each))
  const here = first === undefined ? '' : ` Did you mean ${[first, ...others].map(each => `'${each}'`).join(' or ')}?`
  const owners = ownersOf(name)
  if (owners !== '') return ` It belongs to ${owners}.${here}`
  const near = here === '' ? didYouMean(name, known) : here
  if (near !== '') return near
  const elsewhere = meant.find(each => ownersOf(each) !== '')
  return elsewhere === undefined ? '' : ` Did you mean '${elsewhere}' of ${ownersOf(elsewhere)}?`
}

function ownersOf(name: string): string {
  const owners = Object.entries(optionOwners).flatMap(([owner, options]) => (options.includes(name) ? [owner] : []))
  return owners.length < 2 ? owners.join('') : `${owners.slice(0, -1).join(', ')} or ${owners.at(-1)}`
}
