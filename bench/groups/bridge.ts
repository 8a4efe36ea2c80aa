import { type Consumer, type Place, startAwsKcl, startRaw, startTsmld } from '../harness/consumers.ts'
import type { Driver } from '../harness/driver.ts'
import { erlmldNeeds, startErlmld } from '../harness/erlmld.ts'
import { availableBytes, hasProgram } from '../harness/processes.ts'
import { type CaseSpec, runCase } from '../harness/run-case.ts'
import { shortBytes, shortNumber } from '../report/format.ts'
import type { BridgeConsumer } from '../report/results.ts'
import { type BridgeCase, batchRecords, driverHeapBytes, neededBytes, planBridge } from './bridge-plan.ts'
import type { BenchContext } from './context.ts'
import { figuresOf } from './figures.ts'

type Starts = Readonly<Partial<Record<BridgeConsumer, (place: Place) => Promise<Consumer>>>>

/** Group `bridge`: the same batches to each consumer, which reads every byte of them and checkpoints nothing. */
export async function runBridge(context: BenchContext): Promise<void> {
  const starts = consumersHere(context)
  const cases = planBridge(context.options, Object.keys(starts) as BridgeConsumer[]).filter(each => fits(each, context))
  const driver = await context.openDriver(Math.max(0, ...cases.map(driverHeapBytes)))
  for (const theCase of cases) {
    const start = starts[theCase.consumer]
    if (start !== undefined) await runOne(driver, { ...theCase, start }, context)
  }
}

/** How each consumer that can run here is started. @throws Error when one was asked for by name that cannot. */
function consumersHere({ options, note }: BenchContext): Starts {
  const { erlmld, consumers } = options
  const wants = (name: BridgeConsumer): boolean => consumers === null || consumers.includes(name)
  const leaveOut = (name: BridgeConsumer, needs: string): void => {
    if (consumers?.includes(name) === true) throw new Error(`${name} cannot run here: ${needs}`)
    if (wants(name)) note(`${name} was left out: ${needs}`)
  }
  const hasSocat = hasProgram('socat')
  if (!hasSocat) leaveOut('tsmld-stock', 'it needs socat (Debian: apt-get install socat)')
  const hasErlmld = hasSocat && erlmld !== null && hasProgram('erl') && hasProgram('erlc')
  if (!hasErlmld) leaveOut('erlmld', erlmldNeeds)
  return {
    raw: startRaw,
    'tsmld-frames': place => startTsmld(place, { daemon: 'embedded', reads: 'bytes' }),
    'aws-kcl': startAwsKcl,
    ...(hasSocat && { 'tsmld-stock': (place: Place) => startTsmld(place, { daemon: 'stock', reads: 'bytes' }) }),
    ...(hasErlmld && { erlmld: (place: Place) => startErlmld(place, erlmld) }),
  }
}

async function runOne(
  driver: Driver,
  { start, ...theCase }: BridgeCase & Pick<CaseSpec, 'start'>,
  context: BenchContext,
): Promise<void> {
  const { consumer, shards, recordBytes } = theCase
  const done = context.progress.begin(`bridge: ${shards} × ${shortBytes(recordBytes)}, ${consumer}`)
  const spec = { records: 'kinesis', shards, recordBytes, batchRecords, start } as const
  const measured = await runCase(driver, spec, context)
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
