import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/** Collects garbage, all of it. */
export async function gc(): Promise<void> {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  // A WeakRef that was read holds its target until the turn is over.
  await new Promise(resolve => setImmediate(resolve))
  collect()
  await new Promise(resolve => setImmediate(resolve))
}
