import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { claim } from '../target.ts'

/** What the corpus of a target, and V8's own memory of code, may take. */
const greatestGrowth = 64 * 2 ** 20

/** The bytes of objects and buffers that are still reachable. */
export async function heapAfterGc(): Promise<number> {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  for (let round = 0; round < 2; round++) {
    collect()
    await new Promise(resolve => setImmediate(resolve))
  }
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}

/** Claims that what a target was given was let go. @throws Finding */
export function claimNoGrowth(target: string, before: number, after: number): void {
  claim(
    after - before < greatestGrowth,
    `${target}: ${after - before} bytes are held after it, and should have been let go`,
  )
}
