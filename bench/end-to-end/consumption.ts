import { createRuntime, type KinesisRecord, kinesisStream, type RecordProcessor, type Runtime } from 'tsmld'
import type { LocalStack } from 'tsmld-local'
import { now } from './producer.ts'

const patienceMs = 60_000

/** A runtime that counts what came and what is checkpointed: once a batch, as `eachRecord` does. */
export class Consumption {
  /** How long the KCL waits between two reads of a shard: a record lies half of it on average before it is read. */
  static readonly idleMs = 200
  /** From each record's put to its handler. */
  readonly lagsMs: number[] = []
  #seen = 0
  #checkpointed = 0
  #runtime: Runtime | undefined
  #check: (() => void) | undefined

  async start(stack: LocalStack, stream: string): Promise<void> {
    Object.assign(process.env, stack.environment)
    const { region, kinesisEndpoint, dynamodbEndpoint } = stack
    const runtime = createRuntime({
      streams: [
        kinesisStream({
          streamName: stream,
          applicationName: 'bench-end-to-end',
          processor: () => this.#processor(),
          region,
          kinesisEndpoint,
          dynamodbEndpoint,
          fastStart: true,
          initialPosition: 'TRIM_HORIZON',
          idleTimeBetweenReadsMs: Consumption.idleMs,
        }),
      ],
      stopDeadlineMs: 10_000,
    })
    this.#runtime = runtime
    runtime.closed.catch((error: unknown) => {
      process.stderr.write(`${String(error)}\n`)
      process.exit(1)
    })
    await runtime.start()
  }

  async stop(): Promise<void> {
    await this.#runtime?.stop()
  }

  /** Resolves when that many records have come. */
  reached(count: number): Promise<void> {
    return this.#until(() => this.#seen >= count, `${count} records had come`)
  }

  /** Resolves when that many are checkpointed. */
  checkpointed(count: number): Promise<void> {
    return this.#until(() => this.#checkpointed >= count, `${count} records were checkpointed`)
  }

  #processor(): RecordProcessor<KinesisRecord> {
    return {
      processRecords: async ({ records }, checkpointer) => {
        const at = now()
        for (const { data } of records) this.lagsMs.push(at - data.readDoubleBE())
        this.#seen += records.length
        this.#check?.()
        await checkpointer.checkpoint()
        this.#checkpointed += records.length
        this.#check?.()
      },
    }
  }

  async #until(condition: () => boolean, what: string): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => {
        const counts = `${this.#seen} came, ${this.#checkpointed} are checkpointed`
        reject(new Error(`not within ${patienceMs / 1_000} s: ${what} (${counts})`))
      }, patienceMs)
      this.#check = () => {
        if (!condition()) return
        clearTimeout(timer)
        resolve()
      }
      this.#check()
    })
  }
}
