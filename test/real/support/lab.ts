import { type TestContext, test } from 'node:test'
import { ScanCommand } from '@aws-sdk/client-dynamodb'
import { createRuntime, type Logger, type Runtime, type RuntimeOptions, type StreamDefaults } from 'tsmld'
import { allCame, type Identity, type SinkLine } from './oracle.ts'
import { recordOf } from './sink.ts'
import { eventually, localStack, type TestStack } from './stack.ts'
import type { WorkerConfig } from './worker.ts'
import { spawnWorker, type Worker } from './worker-process.ts'

/** What a test of a real daemon works with; all that it starts ends with the test. */
export interface Lab {
  readonly t: TestContext
  readonly stack: TestStack
  /** What the sinks of all runtimes and workers of this test noted. */
  readonly lines: SinkLine[]
  readonly note: (line: SinkLine) => void
  /** Everything that the runtimes and workers logged, as text; printed when the test fails. */
  readonly log: string[]
  /** Options for every stream: the local stack, short waits, small JVMs. */
  readonly defaults: StreamDefaults
  /** A runtime in this process. */
  runtime(options: RuntimeOptions): Runtime
  /** A worker in a process of its own, on another Node where one is given; resolves when its streams run. */
  worker(config: WorkerConfig, node?: string): Promise<Worker>
  /** Puts records that carry their identities. */
  produce(stream: string, records: readonly Identity[]): Promise<void>
  /** Puts a record of each key every `everyMs` until it is told to end, and then gives all that were put. */
  producing(stream: string, keys: readonly string[], everyMs?: number): () => Promise<readonly Identity[]>
  linesOf(application: string): SinkLine[]
  /** Waits until all of these have come. */
  arrival(application: string, records: readonly Identity[], timeoutMs?: number): Promise<void>
  /** The ids of the workers that the application's tables show: those that leases can be handed to. */
  reporting(application: string): Promise<readonly string[]>
  /** Waits until the application's tables show a worker, so that leases can be handed to it. */
  isKnown(worker: Worker, application: string): Promise<void>
  /** Waits until every row of the lease table is checkpointed where its shard's last delivery was. */
  checkpoints(application: string): Promise<void>
}

/** A test with a lab: `title` is a sentence. */
export function real(title: string, body: (lab: Lab) => Promise<void>): void {
  test(title, async t => {
    const stack = await localStack()
    const ends: (() => Promise<void>)[] = []
    const runtimes: Runtime[] = []
    const lab = makeLab(t, stack, runtimes, ends)
    try {
      await body(lab)
    } catch (error) {
      for (const line of lab.log.slice(-60)) t.diagnostic(line)
      for (const runtime of runtimes) t.diagnostic(JSON.stringify(runtime.status()))
      throw error
    } finally {
      if (process.env['TSMLD_TEST_LOG'] !== undefined) for (const line of lab.log) process.stderr.write(`${line}\n`)
      await Promise.all(ends.map(end => end()))
    }
  })
}

function makeLab(t: TestContext, stack: TestStack, runtimes: Runtime[], ends: (() => Promise<void>)[]): Lab {
  const lines: SinkLine[] = []
  const log: string[] = []
  const defaults = labDefaults(stack)
  const note = (line: SinkLine): void => {
    lines.push(line)
  }
  const linesOf = (application: string) => lines.filter(line => line.application === application)
  const reporting: Lab['reporting'] = async application => {
    const TableName = `${application}-WorkerMetricStats`
    const { Items = [] } = await stack.dynamodb.send(new ScanCommand({ TableName, ConsistentRead: true }))
    return Items.flatMap(({ wid }) => wid?.S ?? [])
  }
  const produce: Lab['produce'] = (stream, records) => stack.putRecords(stream, records.map(recordOf))
  return {
    t,
    stack,
    lines,
    note,
    log,
    defaults,
    linesOf,
    produce,
    runtime(options) {
      const runtime = createRuntime({
        stopDeadlineMs: 15_000,
        logger: textLogger(log),
        ...options,
        defaults: { ...defaults, ...options.defaults },
      })
      runtimes.push(runtime)
      ends.push(() => runtime.stop().catch(() => {}))
      return runtime
    },
    async worker(config, node) {
      const { runtime } = config
      const worker = spawnWorker(
        { ...config, runtime: { ...runtime, defaults: { ...defaults, ...runtime.defaults } } },
        note,
        log,
        node,
      )
      ends.push(() => worker.end())
      await worker.started
      return worker
    },
    producing(stream, keys, everyMs = 100) {
      const end = keepProducing(produce, { stream, keys, everyMs })
      ends.push(async () => {
        await end().catch(() => {})
      })
      return end
    },
    async arrival(application, records, timeoutMs = 60_000) {
      await eventually(`all records came to ${application}`, () => allCame(records, linesOf(application)), timeoutMs)
    },
    reporting,
    async isKnown(worker, application) {
      const { workerId } = await worker.status()
      await eventually(`${workerId} reports to ${application}`, async () =>
        (await reporting(application)).includes(workerId),
      )
    },
    async checkpoints(application) {
      const last = new Map<string, string>()
      for (const line of linesOf(application))
        if (line.type === 'delivered') last.set(line.shardId, line.sequenceNumber)
      await eventually(`the lease table of ${application} holds the last positions`, async () => {
        const rows = new Map((await stack.leases(application)).map(row => [row.leaseKey, row.checkpoint]))
        return [...last].every(([shardId, at]) => rows.get(shardId) === at || rows.get(shardId) === 'SHARD_END')
      })
    },
  }
}

function labDefaults(stack: TestStack): StreamDefaults {
  return {
    region: stack.region,
    kinesisEndpoint: stack.kinesisEndpoint,
    dynamodbEndpoint: stack.dynamodbEndpoint,
    fastStart: true,
    failoverTimeMs: 2_000,
    leaseAssignmentIntervalMs: 1_000,
    idleTimeBetweenReadsMs: 500,
    shardSyncIntervalMs: 1_000,
    parentShardPollIntervalMs: 1_000,
    heapBytes: 256 * 2 ** 20,
    // What lives for half a minute gains nothing from the slow compiler.
    jvmArgs: ['-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC'],
  }
}

function keepProducing(
  produce: Lab['produce'],
  { stream, keys, everyMs }: { stream: string; keys: readonly string[]; everyMs: number },
): () => Promise<readonly Identity[]> {
  const produced: Identity[] = []
  const ending = new AbortController()
  const loop = (async () => {
    for (let n = 0; !ending.signal.aborted; n++) {
      const round = keys.map(key => ({ key, n }))
      await produce(stream, round)
      produced.push(...round)
      await new Promise(resolve => setTimeout(resolve, everyMs))
    }
  })()
  return async () => {
    ending.abort()
    await loop
    return produced
  }
}

function textLogger(log: string[]): Logger {
  const at =
    (level: string) =>
    ({ err, ...fields }: Record<string, unknown>, message: string): void => {
      log.push(
        `${new Date().toISOString()} ${level} ${message} ${JSON.stringify(fields)} ${err instanceof Error ? err.message : ''}`,
      )
    }
  return { debug: () => {}, info: at('info'), warn: at('warn'), error: at('error') }
}
