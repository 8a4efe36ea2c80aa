import { Worker } from 'node:worker_threads'

const inputCapacity = 64 * 1_024

/** Ends the process where one input takes longer than any may, and leaves that input: what hangs cannot tell so itself. */
export class Watchdog {
  readonly #shared = new SharedArrayBuffer(8 + inputCapacity)
  /** How many inputs there were, and how long the present one is. */
  readonly #numbers = new Int32Array(this.#shared, 0, 2)
  readonly #input = new Uint8Array(this.#shared, 8)
  readonly #worker: Worker
  #target = ''

  /** @param folder where the input goes. */
  constructor(folder: string, hangMs: number) {
    this.#worker = new Worker(new URL('./watchdog-thread.mjs', import.meta.url), {
      workerData: { shared: this.#shared, folder, hangMs },
      execArgv: [],
    })
    this.#worker.unref()
  }

  /** Says which input is next. */
  watch(target: string, input: Buffer): void {
    if (this.#target !== target) {
      this.#target = target
      this.#worker.postMessage(target)
    }
    this.#input.set(input.subarray(0, inputCapacity))
    this.#numbers[1] = Math.min(input.length, inputCapacity)
    Atomics.add(this.#numbers, 0, 1)
  }

  async stop(): Promise<void> {
    await this.#worker.terminate()
  }
}
