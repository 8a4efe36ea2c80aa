import { JsonChild, type Report } from '../harness/json-child.ts'
import { programPath } from '../harness/programs.ts'
import type { BenchContext } from './context.ts'

interface Measured extends Report {
  readonly name?: string
  readonly nsPerRecord?: number
}

const entryTimeoutMs = 60_000
const timings = { quick: { windowMs: 40, warmUpMs: 80 }, full: { windowMs: 300, warmUpMs: 1_000 } }

/** Group `toolkit`: parts of the library alone, in one process of their own. */
export async function runToolkit(context: BenchContext): Promise<void> {
  const { windowMs, warmUpMs } = timings[context.options.quick ? 'quick' : 'full']
  const { windows } = context.timing
  const args = [programPath('toolkit'), ...[windowMs, warmUpMs, windows].map(String)]
  const child = new JsonChild('the toolkit program', process.execPath, args)
  context.cleanup.add(() => child.stop())
  const done = context.progress.begin('toolkit')
  let entries = 0
  for (;;) {
    const { type, name, nsPerRecord } = await child.next<Measured>(entryTimeoutMs)
    if (type === 'done') break
    if (name === undefined || nsPerRecord === undefined) throw child.failure('it said something else')
    context.add({ group: 'toolkit', name, nsPerRecord, windows })
    entries++
  }
  await child.stop()
  done(`${entries} parts`)
}
