// node:test's own mock timers raise an ExperimentalWarning on Node 20, and here a warning fails the test.
import type { TestContext } from 'node:test'
import { turns } from './turns.ts'

interface Timer {
  readonly at: number
  readonly order: number
  readonly everyMs: number | null
  readonly run: () => void
}

/** Time that passes only when told to: `setTimeout`, `setInterval` and `Date.now` of this process, until the test ends. */
export class VirtualClock {
  #now = Date.now()
  #count = 0
  readonly #timers = new Map<object, Timer>()

  constructor(t: TestContext) {
    const real = { setTimeout, clearTimeout, setInterval, clearInterval, now: Date.now }
    const clear = (timer: object | undefined): void => {
      if (timer !== undefined) this.#timers.delete(timer)
    }
    Object.assign(globalThis, {
      setTimeout: (run: () => void, ms = 0) => this.#add(run, ms, null),
      setInterval: (run: () => void, ms: number) => this.#add(run, ms, ms),
      clearTimeout: clear,
      clearInterval: clear,
    })
    Date.now = () => this.#now
    t.after(() => {
      Date.now = real.now
      Object.assign(globalThis, real)
    })
  }

  /** How many timers wait. */
  get waiting(): number {
    return this.#timers.size
  }

  /** Lets `ms` pass: every timer that is due runs in its order, with what follows from it. */
  async pass(ms: number): Promise<void> {
    await turns()
    const end = this.#now + ms
    for (let next = this.#next(end); next !== undefined; next = this.#next(end)) {
      const [handle, timer] = next
      this.#now = Math.max(this.#now, timer.at)
      this.#timers.delete(handle)
      if (timer.everyMs !== null) this.#timers.set(handle, { ...timer, at: timer.at + timer.everyMs })
      timer.run()
      await turns()
    }
    this.#now = end
  }

  #next(end: number): [object, Timer] | undefined {
    return [...this.#timers]
      .filter(([, { at }]) => at <= end)
      .sort(([, a], [, b]) => a.at - b.at || a.order - b.order)[0]
  }

  #add(run: () => void, ms: number, everyMs: number | null): object {
    const handle = { ref: () => handle, unref: () => handle, hasRef: () => true }
    this.#timers.set(handle, { at: this.#now + ms, order: this.#count++, everyMs, run })
    return handle
  }
}
