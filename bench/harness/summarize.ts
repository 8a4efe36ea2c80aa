import { median } from '../report/statistics.ts'
import type { DriverWindow } from './driver.ts'
import type { Usage } from './processes.ts'

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

/** One window of a case: the driver's figures, and what all processes used meanwhile. */
export interface Window extends DriverWindow {
  readonly consumerCpuSeconds: number
  readonly usage: Usage
  readonly driverUsage: Usage
  readonly otherCpuShare: number
}

/** The median of each figure over the windows. */
export function summarize(windows: readonly Window[]): Measured {
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
