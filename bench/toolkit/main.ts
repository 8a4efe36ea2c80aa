// Measures parts of tsmld alone, in a process of its own; says a line for each. Arguments: how long a window and the warm-up are, in milliseconds, and how many windows there are.
import { say } from '../consumers/serve-counts.ts'
import { median } from '../report/statistics.ts'
import { type Entry, entries } from './entries.ts'

const [windowMs = 0, warmUpMs = 0, windows = 0] = process.argv.slice(2).map(Number)

for (const each of entries()) {
  await nsPerRecord(each, warmUpMs)
  const measured: number[] = []
  for (let i = 0; i < windows; i++) measured.push(await nsPerRecord(each, windowMs))
  say({ type: 'measured', name: each.name, nsPerRecord: median(measured) })
}
say({ type: 'done' })

async function nsPerRecord({ records, run }: Entry, ms: number): Promise<number> {
  const start = performance.now()
  let calls = 0
  let elapsed = 0
  do {
    await run()
    calls++
    elapsed = performance.now() - start
  } while (elapsed < ms)
  return (elapsed * 1e6) / (calls * records)
}
