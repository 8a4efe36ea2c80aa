// One worker: a runtime in a process of its own. Its configuration is JSON in TSMLD_CHAOS_WORKER; it prints JSON lines, logs to stderr, and takes orders as JSON lines on its standard
// input, at whose end it ends at once.
import { createRuntime, type DynamodbRecord, dynamodbStream, type KinesisRecord, kinesisStream } from 'tsmld'
import type { Identity } from '../../test/real/support/oracle.ts'
import { live, printLine } from '../../test/real/support/worker-life.ts'
import { cutConnection, cutInside, proxySockets, stallConnection } from '../proxies/socket-proxy.ts'
import { applicationOf, type Mood, nowUs, type WorkerConfig, type WorkerOrder } from './lines.ts'
import { type Bench, writingProcessor } from './processors.ts'
import { SinkClient } from './sink-client.ts'

type Item = { readonly id: string; readonly n: number }

const config = JSON.parse(process.env['TSMLD_CHAOS_WORKER'] ?? '{}') as WorkerConfig
const { stream, table, handling } = config
let mood: Mood = { kind: 'well' }
/** The order of the mood, until it was reported. */
let unmetMood: number | null = null
let refusedAt = Number.NEGATIVE_INFINITY
/** Writers try again many times a second: that often a refusal is told. */
const refusedEveryMs = 250

const say = (line: object): void => printLine({ atUs: nowUs(), ...line })
const report = (order: number, found: boolean): void => say({ type: 'struck', order, found })

proxySockets()
const sink = new SinkClient(config.sinkPath, () => {
  const now = performance.now()
  if (now - refusedAt < refusedEveryMs) return
  refusedAt = now
  say({ type: 'refused' })
})
const bench: Omit<Bench<never>, 'identify'> = {
  write: records => sink.write(records),
  mood: () => mood,
  misbehaved: () => {
    if (unmetMood !== null) report(unmetMood, true)
    unmetMood = null
  },
  note: (type, session, { applicationName: application, shardId }, { sequenceNumber, subSequenceNumber }) =>
    say({ type, application, session, shardId, sequenceNumber, subSequenceNumber }),
}
const runtime = createRuntime({
  stopDeadlineMs: 20_000,
  nodeTimeoutMs: config.nodeTimeoutMs,
  handlerWaitMs: 10_000,
  sharedDaemon: config.sharedDaemon,
  defaults: {
    region: config.region,
    kinesisEndpoint: config.kinesisEndpoint,
    dynamodbEndpoint: config.dynamodbEndpoint,
    daemon: config.daemon,
    fastStart: config.daemon === 'embedded',
    failoverTimeMs: config.failoverTimeMs,
    leaseAssignmentIntervalMs: 1_000,
    idleTimeBetweenReadsMs: config.idleTimeBetweenReadsMs,
    shardSyncIntervalMs: config.shardSyncIntervalMs,
    parentShardPollIntervalMs: 1_000,
    heapBytes: config.heapBytes,
    jvmArgs: ['-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC'],
  },
  streams: [
    kinesisStream({
      streamName: stream,
      applicationName: stream,
      processor: writingProcessor<KinesisRecord>(handling, {
        ...bench,
        identify: record => JSON.parse(record.data.toString()) as Identity,
      }),
    }),
    ...(table === null ? [] : [tableStream(table)]),
  ],
})
await live(runtime, say, text => obey(JSON.parse(text) as WorkerOrder))
sink.close()

function tableStream(tableName: string) {
  return dynamodbStream<Item>({
    tableName,
    applicationName: applicationOf(tableName),
    processor: writingProcessor<DynamodbRecord<Item>>(handling, {
      ...bench,
      identify: record => {
        if (!('newImage' in record) || record.newImage === undefined) throw new Error('a change without a new image')
        const { id, n } = record.newImage
        return { key: id, n }
      },
    }),
  })
}

function obey(order: WorkerOrder): void {
  switch (order.do) {
    case 'cut':
      report(order.id, cutConnection(order.at))
      break
    case 'cutInside':
      cutInside(order.at, isCut => report(order.id, isCut))
      break
    case 'stall':
      report(order.id, stallConnection(order.at, order.ms))
      break
    case 'behave':
      mood = order.mood
      unmetMood = order.id
      break
  }
}
