import { availableParallelism } from 'node:os'
import type { Driver, DriverWindow } from './driver.ts'
import { machineCpuSeconds, type Usage, usageOf } from './processes.ts'
import { type Measured, summarize, type Window } from './summarize.ts'

/** How long a case is measured. */
export interface Timing {
  /** How often the warm-up looks at the rate. */
  readonly probeMs: number
  /** The shortest warm-up; it goes on until the rate is steady, up to `mostWarmUpMs`. */
  readonly warmUpMs: number
  readonly mostWarmUpMs: number
  readonly windows: number
  /** The shortest window: where batches take long it is as long as two of them. */
  readonly windowMs: number
}

const steadyWithin = 0.1
const longestWindowMs = 6_000

/** Warms up, then measures the case that the driver runs. `pids` are its consumers and bridges. */
export async function measure(driver: Driver, pids: readonly number[], timing: Timing): Promise<Measured> {
  const batchMs = await warmUp(driver, timing)
  const windowMs = Math.round(Math.max(timing.windowMs, Math.min(longestWindowMs, 2 * batchMs)))
  const used: Used[] = []
  for (let i = 0; i < timing.windows; i++) used.push(await measureWindow(driver, pids, windowMs))
  const windows = await driver.figures()
  return summarize(
    windows.map((window, i): Window => {
      const { usage, driverUsage, consumerCpuSeconds, machineCpuSeconds } = used[i] as Used
      const others = machineCpuSeconds - consumerCpuSeconds - window.cpuSeconds
      const otherCpuShare = Math.max(0, others / (window.seconds * availableParallelism()))
      return { ...window, usage, driverUsage, consumerCpuSeconds, otherCpuShare }
    }),
  )
}

/** Runs until the rate is steady; returns how long a batch takes then. */
async function warmUp(driver: Driver, { probeMs, warmUpMs, mostWarmUpMs }: Timing): Promise<number> {
  const start = performance.now()
  let before = 0
  for (;;) {
    await driver.window(probeMs)
    const [window] = await driver.figures()
    const { records, seconds, p50Ms } = window as DriverWindow
    const rate = records / seconds
    const isSteady = Math.abs(rate - before) <= steadyWithin * before
    before = rate
    const elapsed = performance.now() - start
    if ((elapsed >= warmUpMs && isSteady) || elapsed >= mostWarmUpMs) return p50Ms
  }
}

/** What processes used in one window. */
interface Used {
  readonly consumerCpuSeconds: number
  readonly machineCpuSeconds: number
  /** At its end. */
  readonly usage: Usage
  readonly driverUsage: Usage
}

async function measureWindow(driver: Driver, pids: readonly number[], ms: number): Promise<Used> {
  let cpuBefore = 0
  let machineBefore = 0
  await driver.window(ms, () => {
    cpuBefore = usageOf(pids).cpuSeconds
    machineBefore = machineCpuSeconds()
  })
  const machine = machineCpuSeconds() - machineBefore
  const usage = usageOf(pids)
  return {
    usage,
    driverUsage: usageOf([driver.pid]),
    consumerCpuSeconds: usage.cpuSeconds - cpuBefore,
    machineCpuSeconds: machine,
  }
}
