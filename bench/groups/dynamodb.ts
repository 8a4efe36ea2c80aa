import type { TsmldAppOptions } from '../consumers/tsmld-app.ts'
import { startTsmld } from '../harness/consumers.ts'
import type { Driver } from '../harness/driver.ts'
import { runCase } from '../harness/run-case.ts'
import { shortNumber } from '../report/format.ts'
import type { DynamodbResult } from '../report/results.ts'
import { batchRecords } from './bridge-plan.ts'
import type { BenchContext } from './context.ts'
import { figuresOf } from './figures.ts'

/** The formats in which a stream's records travel: the driver knows each by this name (`RecordKind.java`). */
const formats = ['dynamodb-json', 'dynamodb-binary'] as const
const shards = 4
const recordBytes = 1_024
const heapBytes = 1_024 * 2 ** 20

/** Group `dynamodb`: changes with both images, of which the handler reads the keys only, or everything. */
export async function runDynamodb(context: BenchContext): Promise<void> {
  const driver = await context.openDriver(heapBytes)
  for (const format of formats)
    for (const reads of context.options.quick ? (['keys'] as const) : (['keys', 'images'] as const))
      await runOne(driver, format, reads, context)
}

async function runOne(
  driver: Driver,
  records: (typeof formats)[number],
  reads: DynamodbResult['reads'] & TsmldAppOptions['reads'],
  context: BenchContext,
): Promise<void> {
  const done = context.progress.begin(`dynamodb: ${shards} × 1 KiB images, ${records}, ${reads} read`)
  const spec = { records, shards, recordBytes, batchRecords } as const
  const measured = await runCase(
    driver,
    { ...spec, start: place => startTsmld(place, { daemon: 'embedded', reads }) },
    context,
  )
  // Both images of each record.
  const figures = figuresOf(measured, 2 * recordBytes)
  context.add({ group: 'dynamodb', consumer: records, reads, shards, recordBytes, batchRecords, ...figures })
  done(`${shortNumber(measured.recordsPerSecond)} records/s`)
}
