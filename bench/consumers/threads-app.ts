// A user's program whose handler computes, in threads. Its daemon is the bench's driver, by way of daemon-relay.ts. The only argument is a ThreadsAppOptions as JSON.
import { BroadcastChannel } from 'node:worker_threads'
import { createRuntime, type KinesisRecord, kinesisStream, moduleProcessor } from 'tsmld'
import { countsChannel } from './computing-processor.ts'
import { type Counts, say, serveCounts } from './serve-counts.ts'

/** What the program is told. */
export interface ThreadsAppOptions {
  readonly threads: number
  /** How many shards there will be: each tells its counts once. */
  readonly shards: number
  /** The relay that stands for `java`. */
  readonly javaPath: string
  /** The socket on which the relay finds the harness. */
  readonly controlPath: string
}

const { threads, shards, javaPath, controlPath } = JSON.parse(process.argv[2] ?? '') as ThreadsAppOptions
const counts: Counts = { records: 0, bytes: 0 }
let told = 0
const channel = new BroadcastChannel(countsChannel)
const allTold = new Promise<void>(resolve => {
  channel.onmessage = event => {
    const { records, bytes } = (event as { readonly data: Counts }).data
    counts.records += records
    counts.bytes += bytes
    if (++told === shards) resolve()
  }
})

const runtime = createRuntime({
  threads,
  streams: [
    kinesisStream({
      applicationName: 'bench',
      streamName: 'bench',
      region: 'us-east-1',
      processor: moduleProcessor<KinesisRecord>(new URL('computing-processor.mjs', import.meta.url), {
        exportName: 'computing',
      }),
      javaPath,
      env: { TSMLD_BENCH_CONTROL: controlPath },
    }),
  ],
  stopDeadlineMs: 2_000,
})
runtime.closed.catch((error: unknown) => {
  process.stderr.write(`${String(error)}\n`)
  process.exit(1)
})
await runtime.start()
say({ type: 'listening' })
serveCounts(
  () => allTold.then(() => counts),
  () => runtime.stop(),
)
