import { availableParallelism } from 'node:os'
import type { Driver } from './driver.ts'
import { machineCpuSeconds, usageOf } from './processes.ts'
import { type Measured, summarize, type Window } from './summarize.ts'

/** How long a case is measured. */
export interface Timing {
  /** How often the warm-up looks at the rate. */
  readonly probeMs: number
  /** The shortest warm-up; it goes on until the rate is steady, up to `mostWarmUpMs`. */
  readonly warmUpMs: number
  readonly mostWarmUpMs: number
  readonly windows: number
  /** The shortest window: where batches take long it holds three of them. */
  readonly windowMs: number
}

const steadyWithin = 0.1
const longestWindowMs = 10_000

/** Warms up, then measures the case that the driver runs. `pids` are its consumers and bridges. */
export async function measure(driver: Driver, pids: readonly number[], timing: Timing): Promise<Measured> {
  const batchMs = await warmUp(driver, timing)
  const windowMs = Math.min(longestWindowMs, Math.max(timing.windowMs, 3 * batchMs))
  const windows: Window[] = []
  for (let i = 0; i < timing.windows; i++) windows.push(await measureWindow(driver, pids, windowMs))
  return summarize(windows)
}

/** Runs until the rate is steady; returns how long a batch takes then. */
async function warmUp(driver: Driver, { probeMs, warmUpMs, mostWarmUpMs }: Timing): Promise<number> {
  const start = performance.now()
  const nothing = { begin: (): void => {}, end: (): void => {} }
  let before = 0
  for (;;) {
    const { records, seconds, p50Ms } = await driver.window(probeMs, nothing)
    const rate = records / seconds
    const isSteady = Math.abs(rate - before) <= steadyWithin * before
    before = rate
    const elapsed = performance.now() - start
    if ((elapsed >= warmUpMs && isSteady) || elapsed >= mostWarmUpMs) return p50Ms
  }
}

async function measureWindow(driver: Driver, pids: readonly number[], ms: number): Promise<Window> {
  let before = usageOf(pids)
  let after = before
  let driverUsage = before
  let machineBefore = machineCpuSeconds()
  let machineAfter = machineBefore
  const window = await driver.window(ms, {
    begin: () => {
      before = usageOf(pids)
      machineBefore = machineCpuSeconds()
    },
    end: () => {
      machineAfter = machineCpuSeconds()
      after = usageOf(pids)
      driverUsage = usageOf([driver.pid])
    },
  })
  const consumerCpuSeconds = after.cpuSeconds - before.cpuSeconds
  const others = machineAfter - machineBefore - consumerCpuSeconds - window.cpuSeconds
  const otherCpuShare = Math.max(0, others / (window.seconds * availableParallelism()))
  return { ...window, consumerCpuSeconds, usage: after, driverUsage, otherCpuShare }
}
