import type { Entry } from './entries.ts'
import { CheckpointWindow } from './internals.ts'

/** The checkpoint of a shard whose records end in any order: the cost of one must not grow with how many are in flight. */
export function windowEntries(): Entry[] {
  return [10_000, 100_000].map(inFlight => {
    const order = shuffled(inFlight)
    return {
      name: `checkpoint window: ${inFlight.toLocaleString('en')} in flight, done in random order`,
      records: inFlight,
      run: () => {
        const window = new CheckpointWindow<number>()
        const first = window.add(0)
        for (let n = 1; n < inFlight; n++) window.add(n)
        for (const place of order) window.done(first + place)
        if (window.checkpoint !== inFlight - 1) throw new Error(`the checkpoint stands at ${window.checkpoint}`)
      },
    }
  })
}

/** The numbers below `count` in an order that is the same in every run. */
function shuffled(count: number): number[] {
  const order = Array.from({ length: count }, (_, n) => n)
  let seed = 1
  for (let n = count - 1; n > 0; n--) {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0
    const other = seed % (n + 1)
    ;[order[n], order[other]] = [order[other] as number, order[n] as number]
  }
  return order
}
