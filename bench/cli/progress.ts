import type { WriteStream } from 'node:tty'
import { minutes } from '../report/format.ts'

/** Tells what is being done: on a terminal one line that is drawn again, elsewhere a line a step. */
export class Progress {
  readonly #out: WriteStream
  readonly #start = Date.now()
  #current: string | undefined
  readonly #timer: NodeJS.Timeout | undefined

  constructor(out: WriteStream) {
    this.#out = out
    if (out.isTTY) this.#timer = setInterval(() => this.#draw(), 1_000).unref()
  }

  /** Begins a step; the function that it returns ends it, with what came of it. */
  begin(step: string): (outcome: string) => void {
    this.#current = step
    this.#draw()
    return outcome => {
      this.#clear()
      this.#current = undefined
      this.#out.write(`${this.#elapsed()}  ${step}: ${outcome}\n`)
    }
  }

  end(): void {
    clearInterval(this.#timer)
    this.#clear()
  }

  #draw(): void {
    if (!this.#out.isTTY || this.#current === undefined) return
    this.#clear()
    this.#out.write(`${this.#elapsed()}  ${this.#current} …`.slice(0, this.#out.columns - 1))
  }

  #clear(): void {
    if (this.#out.isTTY) this.#out.write('\r\x1b[K')
  }

  #elapsed(): string {
    return minutes(Date.now() - this.#start).padStart(5)
  }
}
