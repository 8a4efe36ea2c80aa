import { join } from 'node:path'
import { createStream, createTable, type LocalClients, type LocalStack } from 'tsmld-local'
import type { Plan } from '../plan/plan.ts'
import { ofTables, startDynamodbProxy } from '../proxies/dynamodb-proxy.ts'
import { applicationOf, nowUs, type WorkerConfig } from '../worker/lines.ts'
import { LeaseWatch } from './lease-watch.ts'
import { Notes } from './notes.ts'
import { type Pace, paceOf } from './pace.ts'
import { SinkServer } from './sink-server.ts'
import { StrikeReports } from './strike-reports.ts'
import { WorkerPlace } from './worker-place.ts'

/** Where a local stack is. */
export type Stack = Pick<LocalStack, 'kinesisEndpoint' | 'dynamodbEndpoint' | 'region' | 'environment'>

/** All that a run consists of, but for its producers. */
export interface Scene {
  readonly plan: Plan
  readonly pace: Pace
  readonly clients: LocalClients
  /** Its name is the application's as well. */
  readonly stream: string
  /** A table whose stream is processed beside it. */
  readonly table: string | null
  readonly folder: string
  readonly startUs: number
  readonly watch: LeaseWatch
  readonly sink: SinkServer
  readonly places: readonly WorkerPlace[]
  readonly notes: Notes
  readonly reports: StrikeReports
}

/** Makes the streams and all that stands around the workers, none of which runs yet; the folder's name is the stream's. */
export async function prepareScene(plan: Plan, stack: Stack, clients: LocalClients, folder: string): Promise<Scene> {
  const pace = paceOf(plan)
  const stream = folder.slice(folder.lastIndexOf('/') + 1)
  const table = plan.table ? `${stream}-items` : null
  const applications = table === null ? [stream] : [stream, applicationOf(table)]
  await createStream(clients.kinesis, stream, plan.shards)
  if (table !== null) await createTable(clients.dynamodb, table)
  const [notes, reports] = [new Notes(), new StrikeReports()]
  const sinkPath = join(folder, 'sink.sock')
  const sink = new SinkServer(sinkPath, record => notes.taken(record))
  await sink.up()
  const { idleTimeBetweenReadsMs, shardSyncIntervalMs, heapBytes, failoverTimeMs, nodeTimeoutMs } = pace
  const config: Omit<WorkerConfig, 'dynamodbEndpoint'> = {
    region: stack.region,
    environment: stack.environment,
    stream,
    table,
    kinesisEndpoint: stack.kinesisEndpoint,
    sinkPath,
    handling: plan.handling,
    daemon: plan.daemon,
    sharedDaemon: plan.sharedDaemon,
    idleTimeBetweenReadsMs,
    shardSyncIntervalMs,
    heapBytes,
    failoverTimeMs,
    nodeTimeoutMs,
  }
  const places: WorkerPlace[] = []
  for (let index = 0; index < plan.workers; index++) {
    // The table itself passes: only what begins with an application's name and is its lease, coordinator or metrics table has weather.
    const proxy = await startDynamodbProxy(stack.dynamodbEndpoint, ofTables(applications))
    places.push(
      new WorkerPlace({
        index,
        config: { ...config, dynamodbEndpoint: proxy.endpoint },
        proxy,
        folder,
        onLine(line) {
          notes.line(line)
          reports.note(line)
        },
        onSurprise: what => notes.surprises.push(`worker ${index + 1}: ${what}`),
      }),
    )
  }
  const watch = new LeaseWatch(clients.dynamodb, applications)
  return { plan, pace, clients, stream, table, folder, startUs: nowUs(), watch, sink, places, notes, reports }
}

/** Ends what still runs, without grace. */
export async function endScene({ watch, places, sink }: Scene): Promise<void> {
  await Promise.all(places.map(place => place.end()))
  await watch.end()
  await sink.down()
}
