import { EventEmitter, once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { createRuntime, dynamodbStream, kinesisStream, type Runtime } from 'tsmld'
import { type LocalClients, localClients } from '../clients.ts'
import type { LocalStack } from '../local-stack.ts'
import { createStream } from '../streams.ts'
import { createTable } from '../tables.ts'
import { type DemoItem, itemProcessor, kinesisProcessor } from './processors.ts'
import { produceChanges, produceRecords } from './producer.ts'
import type { StreamResult } from './report.ts'
import type { DemoContext } from './run.ts'
import { itemTotal, kinesisTotal } from './workload.ts'

const shards = 4

/** How long nothing may come before the demo gives up: AWS's own daemons need a minute or two for their first start. */
const patienceMs = { embedded: 40_000, stock: 240_000 }

/** A demo whose emulators run. */
export interface Scenario extends DemoContext {
  readonly stack: LocalStack
  readonly kinesis: StreamResult
  readonly dynamodb: StreamResult
  /** Told each phase as it begins. */
  readonly enter: (phase: string) => void
}

/** How a scenario went, beside what its ledgers say. */
export interface Outcome {
  /** From the runtime's start until both streams had delivered a first record, in milliseconds; null when one never did. */
  readonly coldStartMs: number | null
  readonly error?: Error
}

/** Makes the streams, starts the runtime and the producer, waits until everything came, and stops the runtime. */
export async function playScenario(scenario: Scenario): Promise<Outcome> {
  const { stack, kinesis, dynamodb, enter } = scenario
  using clients = localClients(stack)
  enter('making a stream of 4 shards and a table')
  await Promise.all([createStream(clients.kinesis, kinesis.name, shards), createTable(clients.dynamodb, dynamodb.name)])

  const runtime = makeRuntime(scenario)
  let failure: Error | undefined
  const fail = (error: unknown): void => {
    failure ??= asError(error)
  }
  runtime.closed.catch(fail)
  enter(`starting the ${scenario.daemon === 'stock' ? 'stock daemons' : 'daemon'}, with empty lease tables`)
  const started = performance.now()
  let coldStartMs: number | null = null
  const firstRecords = new EventEmitter()
  produce(clients, scenario, once(firstRecords, 'came')).catch(fail)
  try {
    await runtime.start()
    await untilAllCame(scenario, () => {
      if (failure !== undefined) throw failure
      if (coldStartMs !== null || kinesis.ledger.processed === 0 || dynamodb.ledger.processed === 0) return
      coldStartMs = Math.round(performance.now() - started)
      enter('processing; a shard splits midway')
      firstRecords.emit('came')
    })
    enter('stopping')
    await runtime.stop()
  } catch (error) {
    fail(error)
    // What counts is the first failure.
    await runtime.stop().catch(() => undefined)
  }
  return { coldStartMs, ...(failure === undefined ? {} : { error: failure }) }
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error))
}

function makeRuntime({ stack, kinesis, dynamodb, daemon, logger }: Scenario): Runtime {
  return createRuntime({
    streams: [
      kinesisStream({
        streamName: kinesis.name,
        applicationName: `${kinesis.name}-demo`,
        kinesisEndpoint: stack.kinesisEndpoint,
        idleTimeBetweenReadsMs: 500,
        processor: kinesisProcessor(kinesis.ledger),
      }),
      dynamodbStream<DemoItem, 'NEW_AND_OLD_IMAGES'>({
        tableName: dynamodb.name,
        applicationName: `${dynamodb.name}-demo`,
        idleTimeBetweenReadsMs: 500,
        processor: itemProcessor(dynamodb.ledger),
      }),
    ],
    defaults: {
      daemon,
      region: stack.region,
      dynamodbEndpoint: stack.dynamodbEndpoint,
      env: stack.environment,
      heapBytes: 384 * 2 ** 20,
      // A program that lives half a minute gains nothing from the slow compiler.
      jvmArgs: ['-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC'],
      // Without these, AWS's own daemons would need two minutes for their first record instead of one.
      ...(daemon === 'embedded' ? { fastStart: true } : { shardSyncIntervalMs: 1_000, failoverTimeMs: 4_000 }),
    },
    sharedDaemon: daemon === 'embedded',
    logger,
  })
}

async function produce(clients: LocalClients, { kinesis, dynamodb }: Scenario, go: Promise<unknown>): Promise<void> {
  await Promise.all([
    produceRecords({ kinesis: clients.kinesis, streamName: kinesis.name, ledger: kinesis.ledger }, go),
    produceChanges({ dynamodb: clients.dynamodb, tableName: dynamodb.name, ledger: dynamodb.ledger }, go),
  ])
}

/** Resolves when everything was produced and came, when nothing came for too long, or when the user interrupts. */
async function untilAllCame({ kinesis, dynamodb, daemon, interrupted }: Scenario, look: () => void): Promise<void> {
  let came = -1
  let lastNews = performance.now()
  while (!interrupted.aborted) {
    look()
    const now = kinesis.ledger.processed + dynamodb.ledger.processed
    if (now === kinesisTotal + itemTotal) return
    if (now > came) lastNews = performance.now()
    else if (performance.now() - lastNews > patienceMs[daemon]) return
    came = now
    await delay(20)
  }
}
