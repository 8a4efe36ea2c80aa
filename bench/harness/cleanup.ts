/** What was begun and must be ended, whatever happens: the last first. */
export class Cleanup {
  readonly #steps: (() => Promise<void> | void)[] = []
  #running: Promise<void> | undefined

  add(step: () => Promise<void> | void): void {
    this.#steps.push(step)
  }

  /** Ends everything; a step that fails does not keep the others from it. */
  run(): Promise<void> {
    this.#running ??= this.#run()
    return this.#running
  }

  async #run(): Promise<void> {
    for (let step = this.#steps.pop(); step !== undefined; step = this.#steps.pop()) {
      try {
        await step()
      } catch (error) {
        process.stderr.write(`bench: a clean-up step failed: ${String(error)}\n`)
      }
    }
  }
}
