import assert from 'node:assert/strict'
import type { StreamDefaults } from 'tsmld'
import type { Lab } from './lab.ts'
import { assertExactlyOnce, assertKept, type Identity } from './oracle.ts'
import { eventually, uniqueName } from './stack.ts'
import type { WorkerConfig } from './worker.ts'
import type { Worker } from './worker-process.ts'

/** A stock daemon's first start is mostly waiting: 1 to 30 s at an empty lease table, and on KCL 3 for its index. */
const coldStartMs = 150_000
const keys = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']
const round = (n: number): Identity[] => keys.map(key => ({ key, n }))
const emulatorOfKcl1 = '-Dcom.amazonaws.sdk.disableCbor=true'
const jvmArgs = ['-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC']

/** A row of the matrix: a daemon, by the options that run it. */
export interface DaemonRow {
  readonly name: string
  readonly type: 'kinesis' | 'dynamodb'
  readonly options: StreamDefaults
}

/** Every daemon that tsmld speaks with. */
export const daemonRows: readonly DaemonRow[] = [
  { name: 'embedded, KCL 3, Kinesis', type: 'kinesis', options: {} },
  { name: 'embedded, KCL 3, DynamoDB', type: 'dynamodb', options: {} },
  { name: 'MultiLangDaemon, KCL 3', type: 'kinesis', options: { daemon: 'stock' } },
  { name: 'MultiLangDaemon, KCL 2', type: 'kinesis', options: { daemon: 'stock', kclVersion: 2 } },
  {
    name: 'MultiLangDaemon, KCL 1',
    type: 'kinesis',
    options: { daemon: 'stock', kclVersion: 1, jvmArgs: [...jvmArgs, emulatorOfKcl1] },
  },
  { name: 'StreamsMultiLangDaemon, KCL 1', type: 'dynamodb', options: { daemon: 'stock' } },
]

/** The row of that name. */
export function daemonRow(name: string): DaemonRow {
  return daemonRows.find(row => row.name === name) ?? assert.fail(`no daemon is called ${name}`)
}

/** One application and its stream, which workers process one after the other. */
export class Conformance {
  readonly lab: Lab
  readonly application = uniqueName('conform')
  readonly #row: DaemonRow
  readonly #node: string
  readonly #produced: Identity[] = []
  #stream: { readonly streamName: string } | { readonly tableName: string } = { streamName: '' }
  #rounds = 0

  constructor(lab: Lab, row: DaemonRow, node = process.execPath) {
    this.lab = lab
    this.#row = row
    this.#node = node
  }

  /** Process, checkpoint, split, stop, resume; nothing lost, nothing twice. */
  async live(): Promise<void> {
    const first = await this.begin()
    if ('streamName' in this.#stream) await this.#split(this.#stream.streamName)
    await this.stop(first)
    await this.put()
    const second = await this.run()
    await this.put()
    await this.arrival()
    await this.lab.checkpoints(this.application)
    await this.stop(second)
    this.assertExactlyOnce()
  }

  /** Makes the stream and processes its first records; resolves with the worker when they are checkpointed. */
  async begin(shards = 1): Promise<Worker> {
    const { lab, application } = this
    this.#stream =
      this.#row.type === 'kinesis'
        ? { streamName: await lab.stack.createStream(shards) }
        : { tableName: (await lab.stack.createTable()).tableName }
    await this.put()
    const worker = await this.run()
    await this.put()
    await this.arrival(coldStartMs)
    await lab.checkpoints(application)
    return worker
  }

  /** The same application in its next deployment, as it was or under other options: it goes on where the last one stopped. */
  async resume(options = this.#row.options): Promise<void> {
    await this.put()
    const worker = await this.run(options)
    await this.put()
    await this.arrival()
    await this.lab.checkpoints(this.application)
    await this.stop(worker)
  }

  /** Starts a worker; stock ones under one name, because KCL 3 hands leases to every worker that it saw within the last minute. */
  run(options = this.#row.options): Promise<Worker> {
    const workerId = options.daemon === 'stock' ? { workerId: `${this.application}-worker` } : {}
    const config: WorkerConfig = {
      streams: [{ applicationName: this.application, ...this.#stream }],
      runtime: { stopDeadlineMs: 15_000, defaults: { ...workerId, ...options } },
    }
    return this.lab.worker(config, this.#node)
  }

  /** Puts a record of each key. */
  async put(): Promise<void> {
    const records = round(this.#rounds++)
    if ('streamName' in this.#stream) await this.lab.produce(this.#stream.streamName, records)
    else for (const { key, n } of records) await this.lab.stack.putItem(this.#stream.tableName, key, n)
    this.#produced.push(...records)
  }

  arrival(timeoutMs?: number): Promise<void> {
    return this.lab.arrival(this.application, this.#produced, timeoutMs)
  }

  async stop(worker: Worker): Promise<void> {
    worker.signal('SIGTERM')
    const { code, signal } = await worker.exit
    assert.deepEqual([code, signal], [0, null], 'the worker stops with code 0')
  }

  assertExactlyOnce(): void {
    assertExactlyOnce(this.#produced, this.lab.linesOf(this.application))
  }

  /** Nothing lost, and nothing replayed from before a checkpoint; resolves with the number of duplicates. */
  assertKept(): number {
    return assertKept(this.#produced, this.lab.linesOf(this.application))
  }

  async #split(streamName: string): Promise<void> {
    const { lab, application } = this
    const parent = await lab.stack.splitShard(streamName)
    await this.put()
    await this.arrival()
    await lab.checkpoints(application)
    const lines = lab.linesOf(application)
    const end = lines.findIndex(line => line.type === 'over' && line.how === 'shardEnded' && line.shardId === parent)
    const children = lines.flatMap((line, at) => (line.type === 'begun' && line.shardId !== parent ? [at] : []))
    assert.ok(end >= 0 && children.length >= 2 && children.every(at => at > end), 'the parent ends before its children')
    await eventually('the lease table holds the end of the parent', async () =>
      (await lab.stack.leases(application)).some(row => row.leaseKey === parent && row.checkpoint === 'SHARD_END'),
    )
  }
}
