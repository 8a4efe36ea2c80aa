import type { Clock } from '../session/clock.ts'

/** A delay that can be ended early; one at a time. */
export class Pause {
  readonly #clock: Clock
  #timer: object | undefined
  #end: ((goesOn: boolean) => void) | undefined
  #isBlock = false

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Whether it passed whole, before something blocked goes on (`block`) or an ordinary failure is tried again. */
  of(delayMs: number, why: 'retry' | 'block'): Promise<boolean> {
    this.#isBlock = why === 'block'
    return new Promise(resolve => {
      this.#end = resolve
      this.#timer = this.#clock.setTimeout(() => {
        resolve(true)
      }, delayMs)
    })
  }

  /** The shard is being left: what is blocked does not go on, and nothing does when `all`. */
  end(all: boolean): void {
    if (!all && !this.#isBlock) return
    this.#clock.clearTimeout(this.#timer)
    this.#end?.(false)
  }
}
