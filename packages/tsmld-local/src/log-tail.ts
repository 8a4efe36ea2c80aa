/** Keeps the last lines of a text that comes in pieces, for an error message. */
export class LogTail {
  readonly #limit: number
  #lines: string[] = []
  #partial = ''

  /** Keeps at most `limit` lines. */
  constructor(limit: number) {
    this.#limit = limit
  }

  /** Takes the next piece, cut anywhere. */
  push(piece: string): void {
    const lines = (this.#partial + piece).split(/\r?\n/)
    // A line that never ends must not grow for ever.
    this.#partial = (lines.pop() ?? '').slice(-8192)
    this.#lines = [...this.#lines, ...lines.filter(line => line.trim() !== '')].slice(-this.#limit)
  }

  /** The lines kept so far, the last one also when it is unfinished. */
  lines(): readonly string[] {
    return this.#partial.trim() === '' ? this.#lines : [...this.#lines, this.#partial].slice(-this.#limit)
  }
}
