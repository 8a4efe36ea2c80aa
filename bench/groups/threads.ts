import { roundsFor } from '../consumers/compute.ts'
import { startThreads } from '../harness/consumers.ts'
import { runCase } from '../harness/run-case.ts'
import { shortNumber } from '../report/format.ts'
import { batchRecords } from './bridge-plan.ts'
import type { BenchContext } from './context.ts'
import { figuresOf } from './figures.ts'

const shards = 4
const recordBytes = 1_024
const microsecondsPerRecord = 20
const heapBytes = 1_024 * 2 ** 20

/** Group `threads`: a handler that computes on each record, in one thread and in two. */
export async function runThreads(context: BenchContext): Promise<void> {
  const driver = await context.openDriver(heapBytes)
  const rounds = roundsFor(microsecondsPerRecord, recordBytes)
  for (const threads of [1, 2]) {
    const done = context.progress.begin(`threads: ${threads}, a handler of ${microsecondsPerRecord} µs a record`)
    const spec = { records: 'kinesis', shards, recordBytes, batchRecords } as const
    const measured = await runCase(
      driver,
      { ...spec, start: place => startThreads(place, { threads, shards, rounds }) },
      context,
    )
    context.add({
      group: 'threads',
      threads,
      microsecondsPerRecord,
      shards,
      recordBytes,
      batchRecords,
      ...figuresOf(measured, recordBytes),
    })
    done(`${shortNumber(measured.recordsPerSecond)} records/s`)
  }
}
