import { setTimeout as delay } from 'node:timers/promises'
import { CreateTableCommand, UpdateTableCommand, waitUntilTableExists } from '@aws-sdk/client-dynamodb'
import {
  createStream,
  type LocalClients,
  localClients,
  localEnvironment,
  splitShard,
  startLocalStack,
} from 'tsmld-local'
import { differences, expectedOf } from './compare.ts'
import { Region } from './region.ts'
import { makeReport, type Report } from './report.ts'
import { Workload } from './workload.ts'

/** How much the proof does. */
export interface ProofSize {
  readonly items: number
  readonly increments: number
  /** For how long items change at full speed, at least, in milliseconds. */
  readonly fullSpeedMs: number
  /** For how long the lag is measured, at 500 changes a second, in milliseconds. */
  readonly steadyMs: number
  /** Whether a cache is wiped as well, and seeded again. */
  readonly wipes: boolean
}

/** How the proof tells what it does. */
export interface ProofView {
  /** A new phase begins. */
  readonly enter: (phase: string) => void
  /** How far it is, said again and again. */
  readonly progress: (text: string) => void
}

/** A proof that runs. */
interface Play extends ProofView {
  readonly size: ProofSize
  readonly clients: LocalClients
  readonly tableName: string
  readonly streamName: string
  readonly work: Workload
  readonly regions: readonly [Region, Region]
}

const region = 'us-east-1'
const settleMs = 120_000

/** Plays it all, and draws up the report; never rejects for what went wrong in it. */
export async function prove(size: ProofSize, view: ProofView): Promise<Report> {
  view.enter('starting the emulators and two Redis servers')
  const { TSMLD_LOCAL_KINESIS: kinesis, TSMLD_LOCAL_DYNAMODB: dynamodb } = process.env
  const given =
    kinesis !== undefined && dynamodb !== undefined
      ? { kinesisEndpoint: kinesis, dynamodbEndpoint: dynamodb, region }
      : null
  const stack = given === null ? await startLocalStack({ region, onProgress: view.progress }) : null
  const endpoints = given ?? stack
  if (endpoints === null) throw new Error('There is no local stack.')
  using clients = localClients(endpoints)
  const name = `cache-${Date.now().toString(36)}`
  const env = {
    ...localEnvironment(region),
    LOCAL: '1',
    TABLE_NAME: name,
    STREAM_NAME: name,
    DYNAMODB_ENDPOINT: endpoints.dynamodbEndpoint,
    KINESIS_ENDPOINT: endpoints.kinesisEndpoint,
  }
  const regions = await Promise.all([Region.start('eu', env), Region.start('us', env)])
  const work = new Workload(clients.dynamodb, name, size.items)
  const play: Play = { ...view, size, clients, tableName: name, streamName: name, work, regions }
  const report = makeReport(play)
  try {
    await fillTable(play)
    const started = performance.now()
    await atFullSpeed(play, report)
    report.fullSpeed(performance.now() - started)
    await settle(play, report)
    await measureLag(play, report)
    await settle(play, report)
    if (size.wipes) await wipe(play, report)
    view.enter('stopping')
    for (const code of await Promise.all(regions.map(each => each.stopWorker())))
      if (code !== 0) report.fault(`a worker ended with code ${String(code)}`)
  } catch (error) {
    report.fault((error as Error).message)
  } finally {
    await Promise.all(regions.map(each => each.end()))
    await stack?.stop()
  }
  return report.draw()
}

/** The table is older than its stream, so that what was in it can only come by the scan. */
async function fillTable({
  clients: { dynamodb, kinesis },
  tableName,
  streamName,
  work,
  size,
  enter,
  progress,
}: Play): Promise<void> {
  enter(`filling a table with ${String(size.items)} items`)
  await dynamodb.send(
    new CreateTableCommand({
      TableName: tableName,
      BillingMode: 'PAY_PER_REQUEST',
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
    }),
  )
  await waitUntilTableExists({ client: dynamodb, maxWaitTime: 20, minDelay: 1, maxDelay: 1 }, { TableName: tableName })
  await work.load(loaded => {
    progress(`${String(loaded)} items`)
  })
  const StreamSpecification = { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' } as const
  await dynamodb.send(new UpdateTableCommand({ TableName: tableName, StreamSpecification }))
  await createStream(kinesis, streamName, 2)
}

/** Changes and increments at full speed, both caches seeded meanwhile, two workers and one Redis killed. */
async function atFullSpeed(play: Play, report: ReturnType<typeof makeReport>): Promise<void> {
  const { work, regions, size, clients, streamName, enter, progress } = play
  const [eu, us] = regions
  const ending = new AbortController()
  const writing = Promise.all([
    work.change(ending.signal),
    work.count(clients.kinesis, streamName, ending.signal, size.increments),
  ])
  writing.catch(() => undefined)
  const telling = setInterval(() => {
    progress(describe(play))
  }, 500)
  try {
    enter('starting two workers, with empty lease tables, while items change at full speed')
    for (const each of regions) each.startWorker()
    await until('both workers write', 240_000, () => regions.every(({ writes }) => writes > 0))
    enter('seeding both caches, while items change at full speed')
    const from = performance.now()
    const seeding = Promise.all(regions.map(each => each.seed()))
    seeding.catch(() => undefined)
    await delay(size.fullSpeedMs / 6)
    for (const each of [eu, us]) {
      enter(`a worker of ${each.name} is killed, and another starts`)
      await each.killWorker()
      report.workerKills++
      each.startWorker()
      await delay(size.fullSpeedMs / 4)
      if (each === us) break
      enter(`the Redis of ${us.name} is killed, and starts again with its file; a shard of the counters splits`)
      await Promise.all([us.crashRedis({ wiped: false }), splitShard(clients.kinesis, streamName)])
      report.redisKills++
      await delay(size.fullSpeedMs / 4)
    }
    enter('seeding goes on, while items change at full speed')
    await seeding
    report.seeded(regions.map(({ seeding: line }) => line))
    while (performance.now() - from < size.fullSpeedMs) await delay(50)
  } finally {
    ending.abort()
    clearInterval(telling)
  }
  await writing
}

/** The lag at 500 changes a second. */
async function measureLag({ work, regions, size, enter }: Play, report: ReturnType<typeof makeReport>): Promise<void> {
  enter('500 changes a second, to measure the lag')
  const ending = AbortSignal.timeout(size.steadyMs + 2_000)
  const changing = work.change(ending, 500)
  // The first ones find the KCL asleep.
  await delay(2_000)
  for (const each of regions) each.measures = true
  const [before, from] = [work.changes, performance.now()]
  await changing
  report.steadyChangesPerSecond = Math.round(((work.changes - before) / (performance.now() - from)) * 1_000)
  await delay(2_000)
  for (const each of regions) each.measures = false
}

/** A cache loses all it had, is found out, and is seeded again by the command. */
async function wipe(play: Play, report: ReturnType<typeof makeReport>): Promise<void> {
  const { work, regions, enter } = play
  const [, us] = regions
  const ending = new AbortController()
  const changing = work.change(ending.signal, 100)
  changing.catch(() => undefined)
  try {
    enter(`the Redis of ${us.name} is killed, and starts again empty`)
    await us.crashRedis({ wiped: true })
    await until('the loss is found out', 30_000, async () => (await us.lost()) !== null)
    enter(`seeding ${us.name} again, by the command`)
    await us.seed()
    report.reseeds++
  } finally {
    ending.abort()
  }
  await changing
  // Increments are in no table: what a cache loses of them is gone, and was said.
  await settle(play, report, [us.name])
}

/** Waits until both caches are as the table, and notes what is not. */
async function settle(
  { clients, tableName, work, regions, enter, progress }: Play,
  report: ReturnType<typeof makeReport>,
  withoutCounters: readonly string[] = [],
): Promise<void> {
  const seconds = String(settleMs / 1_000)
  enter(
    `comparing every key of both caches with the table; the workers have ${seconds} s to bring what is still in the streams`,
  )
  const compare = async () => {
    const expected = await expectedOf(clients.dynamodb, tableName, work.counters)
    const items = new Map([...expected].filter(([key]) => !isCounter(key)))
    const found = await Promise.all(
      regions.map(async each => {
        const isWithout = withoutCounters.includes(each.name)
        const lines = await differences(each.client, each.cacheName, isWithout ? items : expected)
        const lost = await each.lost()
        return [
          ...lines.filter(line => !isWithout || !isCounter(line)),
          ...(lost === null ? [] : [`lost: ${lost}`]),
        ].map(line => `${each.name} ${line}`)
      }),
    )
    return { keys: expected.size + (withoutCounters.length > 0 ? items.size : expected.size), different: found.flat() }
  }
  let last = await compare()
  for (
    const deadline = performance.now() + settleMs;
    last.different.length > 0 && performance.now() < deadline;
    last = await compare()
  ) {
    progress(describeDifferences(last.different, regions, deadline - performance.now()))
    await delay(1_000)
  }
  report.compared(last.keys, last.different)
}

/** Of a key, or of a line that begins with one. */
const isCounter = (text: string) => text.includes(':counters:')

/** How many there are where, and what they wait for. */
function describeDifferences(lines: readonly string[], regions: Play['regions'], leftMs: number): string {
  const counts = regions.map(({ name }) => {
    const own = lines.filter(line => line.startsWith(`${name} `))
    const counters = own.filter(isCounter).length
    return `${name} ${String(own.length - counters)} items, ${String(counters)} counters`
  })
  const left = String(Math.max(0, Math.round(leftMs / 1_000)))
  return `${String(lines.length)} differences left (${counts.join('; ')}): the changes are still on their way through the streams; waiting ${left} s more at most`
}

async function until(what: string, ms: number, isSo: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = performance.now() + ms
  while (!(await isSo())) {
    if (performance.now() > deadline) throw new Error(`Not within ${String(ms / 1_000)} s: ${what}.`)
    await delay(100)
  }
}

function describe({ work, regions }: Play): string {
  const seedings = regions.map(({ name, seeding, writes }) => {
    const how =
      seeding === null
        ? ''
        : `, seeding ${seeding.phase} ${String(seeding.items)} (${String(seeding.itemsPerSecond)}/s${seeding.secondsLeft === null ? '' : `, ${String(seeding.secondsLeft)} s left`})`
    return `${name} ${String(writes)} writes${how}`
  })
  return `${String(work.changes)} changes, ${String(work.increments)} increments; ${seedings.join('; ')}`
}
