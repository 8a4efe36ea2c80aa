// A worker of a soak, run as a process of its own: one runtime with a Kinesis and a DynamoDB stream in one JVM. Its configuration is JSON in TSMLD_SOAK; it prints JSON lines, and
// answers a line on its standard input with its figures. At the end of its standard input it ends at once.
import { createInterface } from 'node:readline'
import {
  createRuntime,
  dynamodbStream,
  eachRecord,
  kinesisStream,
  type RuntimeStatus,
  type StreamDefaults,
} from 'tsmld'

/** What a worker runs. */
export interface SoakWorkerConfig {
  readonly streamName: string
  readonly tableName: string
  readonly defaults: StreamDefaults
}

/** The items of the table. */
interface Item {
  readonly id: string
  readonly n: number
}

/** What a worker prints. */
export type SoakWorkerLine =
  | { readonly type: 'started' }
  /** Records that were handled: the stream, then `key#n` of each. */
  | { readonly type: 'handled'; readonly stream: string; readonly records: readonly string[] }
  | {
      readonly type: 'figures'
      /** After a garbage collection. */
      readonly heapBytes: number
      readonly externalBytes: number
      readonly status: RuntimeStatus
    }
  | { readonly type: 'failed'; readonly message: string }

if (process.env['TSMLD_SOAK'] !== undefined) await work(JSON.parse(process.env['TSMLD_SOAK']) as SoakWorkerConfig)

async function work({ streamName, tableName, defaults }: SoakWorkerConfig): Promise<void> {
  const say = (line: SoakWorkerLine): void => {
    process.stdout.write(`${JSON.stringify(line)}\n`)
  }
  // Told before its promise settles, and a pipe is written at once: what a killed process has checkpointed, it has told.
  const note = (stream: string, record: string): void => {
    say({ type: 'handled', stream, records: [record] })
  }
  const runtime = createRuntime({
    sharedDaemon: true,
    stopDeadlineMs: 20_000,
    defaults,
    streams: [
      kinesisStream({
        streamName,
        applicationName: streamName,
        processor: eachRecord(record => note(streamName, record.data.toString().trimEnd())),
      }),
      dynamodbStream<Item, 'NEW_AND_OLD_IMAGES'>({
        tableName,
        applicationName: `${tableName}-cache`,
        processor: eachRecord(record => {
          if (record.eventName !== 'REMOVE') note(tableName, `${record.keys.id}#${record.newImage.n}`)
        }),
      }),
    ],
  })
  createInterface({ input: process.stdin }).on('line', () => {
    globalThis.gc?.()
    const { heapUsed, external } = process.memoryUsage()
    say({ type: 'figures', heapBytes: heapUsed, externalBytes: external, status: runtime.status() })
  })
  process.stdin.on('end', () => process.exit(9))
  const starting = setInterval(() => {
    if (runtime.status().state !== 'running') return
    clearInterval(starting)
    say({ type: 'started' })
  }, 50)
  try {
    await runtime.run()
  } catch (error) {
    say({ type: 'failed', message: (error as Error).message })
    throw error
  } finally {
    clearInterval(starting)
    process.stdin.destroy()
  }
}
