import { type Consumer, type Place, startAwsKcl, startRaw, startTsmld } from '../harness/consumers.ts'
import { Driver } from '../harness/driver.ts'
import { availableBytes } from '../harness/processes.ts'
import { runCase } from '../harness/run-case.ts'
import { shortBytes, shortNumber } from '../report/format.ts'
import type { BridgeConsumer } from '../report/results.ts'
import { type BridgeCase, batchRecords, driverHeapBytes, neededBytes, planBridge } from './bridge-plan.ts'
import type { BenchContext } from './context.ts'
import { figuresOf } from './figures.ts'

/** How each consumer is started; the others are left out. */
const starts: Readonly<Partial<Record<BridgeConsumer, (place: Place) => Promise<Consumer>>>> = {
  raw: startRaw,
  'tsmld-frames': place => startTsmld(place, { daemon: 'embedded', reads: 'bytes' }),
  'tsmld-stock': place => startTsmld(place, { daemon: 'stock', reads: 'bytes' }),
  'aws-kcl': startAwsKcl,
}

/** Group `bridge`: the same batches to each consumer, which reads every byte of them and checkpoints nothing. */
export async function runBridge(context: BenchContext): Promise<void> {
  const cases = planBridge(context.options, Object.keys(starts) as BridgeConsumer[]).filter(each => fits(each, context))
  const heap = Math.max(...cases.map(driverHeapBytes))
  const driver = new Driver(context.driver, heap)
  context.cleanup.add(() => driver.stop())
  for (const theCase of cases) await runOne(driver, theCase, context)
  await driver.stop()
}

async function runOne(driver: Driver, theCase: BridgeCase, context: BenchContext): Promise<void> {
  const { consumer, shards, recordBytes } = theCase
  const start = starts[consumer]
  if (start === undefined) return
  const done = context.progress.begin(`bridge: ${shards} × ${shortBytes(recordBytes)}, ${consumer}`)
  const spec = { records: 'kinesis', shards, recordBytes, batchRecords, start } as const
  const measured = await runCase(driver, spec, context.timing, context.temporary)
  context.add({ group: 'bridge', ...theCase, batchRecords, ...figuresOf(measured, recordBytes) })
  done(`${shortNumber(measured.recordsPerSecond)} records/s`)
}

function fits(theCase: BridgeCase, { note }: BenchContext): boolean {
  const { consumer, shards, recordBytes } = theCase
  const isSmall = neededBytes(theCase) < availableBytes() * 0.8
  if (!isSmall)
    note(
      `${consumer} with ${shards} shards × ${shortBytes(recordBytes)} was left out: it needs about ${shortBytes(neededBytes(theCase))} of memory`,
    )
  return isSmall
}
