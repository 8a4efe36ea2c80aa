// A worker of a soak, run as a process of its own: one runtime with a Kinesis and a DynamoDB stream in one JVM. Its configuration is JSON in TSMLD_SOAK; it prints JSON lines, and
// answers a line on its standard input with its figures. At the end of its standard input it ends at once.
import {
  createRuntime,
  dynamodbStream,
  eachRecord,
  kinesisStream,
  type RuntimeStatus,
  type StreamDefaults,
} from 'tsmld'
import { type LifeLine, live, printLine } from '../../test/real/support/worker-life.ts'

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
  | LifeLine
  /** Records that were handled: the stream, then `key#n` of each. */
  | { readonly type: 'handled'; readonly stream: string; readonly records: readonly string[] }
  | {
      readonly type: 'figures'
      /** After a garbage collection. */
      readonly heapBytes: number
      readonly externalBytes: number
      readonly status: RuntimeStatus
    }

if (process.env['TSMLD_SOAK'] !== undefined) await work(JSON.parse(process.env['TSMLD_SOAK']) as SoakWorkerConfig)

async function work({ streamName, tableName, defaults }: SoakWorkerConfig): Promise<void> {
  const say: (line: SoakWorkerLine) => void = printLine
  // Told before its promise settles: what a killed process has checkpointed, it has told.
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
  // It is asked for one thing only.
  await live(runtime, say, () => {
    globalThis.gc?.()
    const { heapUsed, external } = process.memoryUsage()
    say({ type: 'figures', heapBytes: heapUsed, externalBytes: external, status: runtime.status() })
  })
}
