/** Runs something once for many requests: when none came for `quietMs`, and `mostMs` after the first at the latest. */
export class Coalescer {
  readonly #run: () => void
  readonly #quietMs: number
  readonly #mostMs: number
  #timer: NodeJS.Timeout | undefined
  #due = 0

  constructor(run: () => void, quietMs: number, mostMs: number) {
    this.#run = run
    this.#quietMs = quietMs
    this.#mostMs = mostMs
  }

  request(): void {
    const now = Date.now()
    if (this.#timer === undefined) this.#due = now + this.#mostMs
    clearTimeout(this.#timer)
    this.#timer = setTimeout(
      () => {
        this.#timer = undefined
        this.#run()
      },
      Math.min(this.#quietMs, this.#due - now),
    )
  }

  /** What was requested does not happen. */
  cancel(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
  }
}
