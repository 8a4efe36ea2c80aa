import type { EndToEndOptions } from '../end-to-end/main.ts'
import { appEnv } from '../harness/consumers.ts'
import { JsonChild, type Report } from '../harness/json-child.ts'
import { programPath } from '../harness/programs.ts'
import type { EndToEndResult } from '../report/results.ts'
import type { BenchContext } from './context.ts'

type Measured = Report & Omit<EndToEndResult, 'group'>

const stepTimeoutMs = 120_000
/** Little: kinesis-local slows down with what it holds. */
const amounts: Readonly<Record<'quick' | 'full', EndToEndOptions>> = {
  quick: { rounds: 3, roundRecords: 500, steadyMs: 1_500, steadyPerSecond: 200 },
  full: { rounds: 5, roundRecords: 4_000, steadyMs: 10_000, steadyPerSecond: 200 },
}

/** Group `endToEnd`: through the KCL and the emulators, which are slower than the bridge: what a user meets while developing. */
export async function runEndToEnd(context: BenchContext): Promise<void> {
  const options = JSON.stringify(amounts[context.options.quick ? 'quick' : 'full'])
  const env = appEnv(context.temporary)
  const child = new JsonChild('the end-to-end program', process.execPath, [programPath('end-to-end'), options], env)
  context.cleanup.add(() => child.stop())
  let done: ((outcome: string) => void) | undefined
  for (;;) {
    const { type, ...report } = await child.next<Measured>(stepTimeoutMs)
    if (type === 'measured') {
      context.add({ group: 'endToEnd', ...report })
      continue
    }
    done?.('done')
    if (type !== 'step') break
    done = context.progress.begin(`end to end: ${report.name}`)
  }
  await child.stop()
}
