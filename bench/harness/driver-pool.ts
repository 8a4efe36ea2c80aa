import type { Cleanup } from './cleanup.ts'
import { type CompiledDriver, Driver } from './driver.ts'

/** Starts drivers, one at a time. */
export class DriverPool {
  readonly #compiled: CompiledDriver
  /** Whether one that has heap enough is used again: that saves its start, but it is warm from other cases. */
  readonly #reuses: boolean
  #current: { readonly driver: Driver; readonly heapBytes: number } | undefined

  constructor(compiled: CompiledDriver, reuses: boolean, cleanup: Cleanup) {
    this.#compiled = compiled
    this.#reuses = reuses
    cleanup.add(() => this.close())
  }

  async open(heapBytes: number): Promise<Driver> {
    if (this.#reuses && this.#current !== undefined && this.#current.heapBytes >= heapBytes) return this.#current.driver
    await this.close()
    this.#current = { driver: new Driver(this.#compiled, heapBytes), heapBytes }
    return this.#current.driver
  }

  async close(): Promise<void> {
    const { driver } = this.#current ?? {}
    this.#current = undefined
    await driver?.stop()
  }
}
