// node:test's own mock timers raise an ExperimentalWarning on Node 20, and here a warning fails the test.
import type { TestContext } from 'node:test'
import { VirtualClock as Clock } from '../../src/testing/virtual-clock.ts'

/** Time that passes only when told to: `setTimeout`, `setInterval` and `Date.now` of this process, until the test ends. */
export class VirtualClock extends Clock {
  constructor(t: TestContext) {
    super(Date.now())
    const real = { setTimeout, clearTimeout, setInterval, clearInterval }
    const { now } = Date
    /** The timer behind each interval. */
    const intervals = new Map<object, object>()
    const every = (run: () => void, ms: number, interval: object): void => {
      const again = (): void => {
        every(run, ms, interval)
        run()
      }
      intervals.set(interval, this.setTimeout(again, ms))
    }
    Object.assign(globalThis, {
      setTimeout: (run: () => void, ms = 0) => this.setTimeout(run, ms),
      clearTimeout: (timer: object | undefined) => this.clearTimeout(timer),
      setInterval: (run: () => void, ms: number) => {
        const interval = { ref: () => interval, unref: () => interval, hasRef: () => true }
        every(run, ms, interval)
        return interval
      },
      clearInterval: (interval: object | undefined) => {
        if (interval !== undefined) this.clearTimeout(intervals.get(interval))
      },
    })
    Date.now = () => this.now()
    t.after(() => {
      Date.now = now
      Object.assign(globalThis, real)
    })
  }
}
