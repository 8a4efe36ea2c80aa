import type { Clock } from '../session/clock.ts'
import { turns } from './turns.ts'

interface Timer {
  /** Nothing waits for it. */
  unreferenced: boolean
  readonly dueAt: number
  readonly run: () => void
}

/** Time that passes only when told to. */
export class VirtualClock implements Clock {
  #now: number
  readonly #timers = new Map<object, Timer>()

  /** @param startMs epoch milliseconds. */
  constructor(startMs: number) {
    this.#now = startMs
  }

  now(): number {
    return this.#now
  }

  /** How many timers wait. */
  get waiting(): number {
    return this.#timers.size
  }

  /** How long until the first timer is due that keeps a process alive; null where none waits. */
  get nextInMs(): number | null {
    const next = this.#next(Number.POSITIVE_INFINITY, ({ unreferenced }) => !unreferenced)
    return next === undefined ? null : Math.max(0, next[1].dueAt - this.#now)
  }

  setTimeout(run: () => void, delayMs: number): object {
    const timer: Timer = { unreferenced: false, dueAt: this.#now + Math.max(0, delayMs), run }
    const referenced = (is: boolean) => (): object => {
      timer.unreferenced = !is
      return handle
    }
    const handle = { ref: referenced(true), unref: referenced(false), hasRef: () => !timer.unreferenced }
    this.#timers.set(handle, timer)
    return handle
  }

  clearTimeout(timer: object | undefined): void {
    if (timer !== undefined) this.#timers.delete(timer)
  }

  /** Lets `ms` pass: every timer that is due runs in its order, with what follows from it. */
  async pass(ms: number): Promise<void> {
    await turns()
    const end = this.#now + ms
    for (let next = this.#next(end); next !== undefined; next = this.#next(end)) {
      const [handle, timer] = next
      this.#now = Math.max(this.#now, timer.dueAt)
      this.#timers.delete(handle)
      timer.run()
      await turns()
    }
    this.#now = end
  }

  /** Forgets every timer. */
  clear(): void {
    this.#timers.clear()
  }

  #next(end: number, counts: (timer: Timer) => boolean = () => true): [object, Timer] | undefined {
    let next: [object, Timer] | undefined
    // The map has them by their order already.
    for (const entry of this.#timers) {
      const [, timer] = entry
      if (timer.dueAt <= end && timer.dueAt < (next?.[1].dueAt ?? Number.POSITIVE_INFINITY) && counts(timer))
        next = entry
    }
    return next
  }
}
