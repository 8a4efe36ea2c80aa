// A user's program, with nothing but tsmld's public API. Its daemon is the bench's driver, by way of daemon-relay.ts. The only argument is a TsmldAppOptions as JSON.
import { createRuntime, dynamodbStream, kinesisStream, type StreamDefinition } from 'tsmld'
import { readEveryByte } from './absent-byte.ts'
import { type Counts, say, serveCounts } from './serve-counts.ts'

/** What the program is told. */
export interface TsmldAppOptions {
  readonly daemon: 'embedded' | 'stock'
  /** Every byte of each record; or of a DynamoDB stream's records only the keys, or the images as well. */
  readonly reads: 'bytes' | 'keys' | 'images'
  /** The relay that stands for `java`. */
  readonly javaPath: string
  /** The socket on which the relay finds the harness. */
  readonly controlPath: string
}

const options = JSON.parse(process.argv[2] ?? '') as TsmldAppOptions
const counts: Counts = { records: 0, bytes: 0 }
const common = {
  applicationName: 'bench',
  region: 'us-east-1',
  daemon: options.daemon,
  javaPath: options.javaPath,
  env: { TSMLD_BENCH_CONTROL: options.controlPath },
}

function stream(): StreamDefinition {
  if (options.reads === 'bytes')
    return kinesisStream({
      ...common,
      streamName: 'bench',
      processor: () => ({
        processRecords({ records }) {
          for (const { data } of records) {
            readEveryByte(data)
            counts.bytes += data.length
          }
          counts.records += records.length
        },
      }),
    })
  const whole = options.reads === 'images'
  return dynamodbStream({
    ...common,
    tableName: 'bench',
    processor: () => ({
      processRecords({ records }) {
        for (const record of records) {
          if (record.keys['customer'] === undefined) throw new Error('a record without its key')
          if (whole && record.newImage?.['note'] !== record.oldImage?.['note']) throw new Error('a record was changed')
        }
        counts.records += records.length
      },
    }),
  })
}

const runtime = createRuntime({ streams: [stream()], stopDeadlineMs: 2_000 })
runtime.closed.catch((error: unknown) => {
  process.stderr.write(`${String(error)}\n`)
  process.exit(1)
})
await runtime.start()
say({ type: 'listening' })
serveCounts(
  () => counts,
  () => runtime.stop(),
)
