import { availableParallelism } from 'node:os'
import { median } from '../report/statistics.ts'
import type { Driver, DriverWindow } from './driver.ts'
import { machineCpuSeconds, type Usage, usageOf } from './processes.ts'

/** How long a case is measured. */
export interface Timing {
  /** The shortest warm-up; it goes on until the rate is steady, up to `mostWarmUpMs`. */
  readonly warmUpMs: number
  readonly mostWarmUpMs: number
  readonly windows: number
  /** The shortest window: where batches take long it holds three of them. */
  readonly windowMs: number
}

/** Medians over the windows. */
export interface Measured {
  readonly recordsPerSecond: number
  readonly p50Ms: number
  readonly p99Ms: number
  /** Of all processes together, the driver's included. */
  readonly cpuSecondsPerMillion: number
  /** The driver's part of it. */
  readonly driverCpuSecondsPerMillion: number
  /** Of the consumers and bridges, by program. */
  readonly rssBytesByProgram: Readonly<Record<string, number>>
  readonly driverRssBytes: number
  readonly windows: number
  /** The part of the machine's CPU that other programs took. */
  readonly otherCpuShare: number
}

interface Window extends DriverWindow {
  readonly consumerCpuSeconds: number
  readonly usage: Usage
  readonly driverUsage: Usage
  readonly otherCpuShare: number
}

const probeMs = 400
const steadyWithin = 0.1
const longestWindowMs = 10_000

/** Warms up, then measures the case that the driver runs. `pids` are its consumers and bridges. */
export async function measure(driver: Driver, pids: readonly number[], timing: Timing): Promise<Measured> {
  const batchMs = await warmUp(driver, timing)
  const windowMs = Math.min(longestWindowMs, Math.max(timing.windowMs, 3 * batchMs))
  const windows: Window[] = []
  for (let i = 0; i < timing.windows; i++) windows.push(await measureWindow(driver, pids, windowMs))
  const of = (figure: (window: Window) => number): number => median(windows.map(figure))
  const programs = [...new Set(windows.flatMap(({ usage }) => Object.keys(usage.rssBytes)))]
  return {
    recordsPerSecond: of(({ records, seconds }) => records / seconds),
    p50Ms: of(({ p50Ms }) => p50Ms),
    p99Ms: of(({ p99Ms }) => p99Ms),
    cpuSecondsPerMillion: of(window => ((window.cpuSeconds + window.consumerCpuSeconds) / window.records) * 1e6),
    driverCpuSecondsPerMillion: of(({ cpuSeconds, records }) => (cpuSeconds / records) * 1e6),
    rssBytesByProgram: Object.fromEntries(
      programs.map(program => [program, of(({ usage }) => usage.rssBytes[program] ?? 0)]),
    ),
    driverRssBytes: of(({ driverUsage }) => driverUsage.rssBytes['java'] ?? 0),
    windows: windows.length,
    otherCpuShare: of(({ otherCpuShare }) => otherCpuShare),
  }
}

/** Runs until the rate is steady; returns how long a batch takes then. */
async function warmUp(driver: Driver, { warmUpMs, mostWarmUpMs }: Timing): Promise<number> {
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
