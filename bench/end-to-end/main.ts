// tsmld's public API, the KCL, and the emulators of tsmld-local: from a put to its checkpoint. Says a line for each figure. The only argument is EndToEndOptions as JSON.
import { createStream, type LocalStack, localClients, startLocalStack } from 'tsmld-local'
import { say, untilStdinEnds } from '../consumers/serve-counts.ts'
import { median, quantile } from '../report/statistics.ts'
import { Consumption } from './consumption.ts'
import { Producer } from './producer.ts'

/** How much is done. */
export interface EndToEndOptions {
  /** Rounds in which all records are put at once, and their size. */
  readonly rounds: number
  readonly roundRecords: number
  /** How long records come at a steady rate. */
  readonly steadyMs: number
  readonly steadyPerSecond: number
}

const options = JSON.parse(process.argv[2] ?? '') as EndToEndOptions
const stream = 'bench'
const shards = 4
const recordBytes = 100

step('starting the emulators')
const stack = await startLocalStack()
const consumption = new Consumption()
untilStdinEnds(stop)
try {
  await run(stack)
} finally {
  await stop()
}
say({ type: 'done' })
process.exit()

async function stop(): Promise<void> {
  await consumption.stop()
  await stack.stop()
}

async function run(local: LocalStack): Promise<void> {
  using clients = localClients(local)
  await createStream(clients.kinesis, stream, shards)
  const producer = new Producer(clients.kinesis, stream, recordBytes)

  step('cold start')
  await producer.put(shards * 10)
  const startedAt = performance.now()
  await consumption.start(local, stream)
  await consumption.reached(1)
  say({ type: 'measured', name: 'cold start, to the first record', seconds: (performance.now() - startedAt) / 1_000 })
  await consumption.reached(producer.count)

  step('put to checkpoint')
  const rates: number[] = []
  for (let round = 0; round < options.rounds; round++) {
    const from = performance.now()
    await producer.put(options.roundRecords)
    await consumption.checkpointed(producer.count)
    rates.push(options.roundRecords / ((performance.now() - from) / 1_000))
  }
  say({ type: 'measured', name: `put to checkpoint, ${options.roundRecords} at once`, recordsPerSecond: median(rates) })

  step('lag at a steady rate')
  consumption.lagsMs.length = 0
  await producer.putSteadily(options.steadyPerSecond, options.steadyMs)
  await consumption.reached(producer.count)
  const { lagsMs } = consumption
  const name = `lag at ${options.steadyPerSecond} records/s, the KCL reading every ${Consumption.idleMs} ms`
  say({ type: 'measured', name, p50Ms: quantile(lagsMs, 0.5), p99Ms: quantile(lagsMs, 0.99) })
}

function step(name: string): void {
  say({ type: 'step', name })
}
