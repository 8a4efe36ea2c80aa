import type { SeedLine } from '../seed.ts'
import type { Region } from './region.ts'
import type { Workload } from './workload.ts'

/** The proof's last line with `--json`. */
export interface Report {
  /** Every key of every cache was as the table said, after all that was done to them, and nothing failed. */
  readonly ok: boolean
  /** Keys compared, of both caches, the last time. */
  readonly keys: number
  readonly differences: number
  /** How many changes a second the emulator took while the lag was measured; 500 were asked for. */
  readonly steadyChangesPerSecond: number
  /** From an item's write to the cache meanwhile, in milliseconds. */
  readonly lagP50Ms: number
  readonly lagP99Ms: number
  /** What of that was over when the flusher got the change: the stream, the KCL's polling, the bridge. */
  readonly arrivalP50Ms: number
  readonly arrivalP99Ms: number
  /** Keys written into both caches, while items changed at full speed and the caches were seeded. */
  readonly writesPerSecond: number
  readonly changes: number
  readonly increments: number
  readonly seededPerSecond: number
  readonly workerKills: number
  /** Workers that ended by themselves, and were started again. */
  readonly workerFailures: number
  readonly redisKills: number
  readonly reseeds: number
  /** The first differences and what failed, if anything. */
  readonly faults: readonly string[]
}

/** Gathers what the report is drawn from. */
export function makeReport({ regions, work }: { readonly regions: readonly Region[]; readonly work: Workload }) {
  const faults: string[] = []
  let [keys, different, writesPerSecond, seededPerSecond] = [0, 0, 0, 0]
  return {
    workerKills: 0,
    steadyChangesPerSecond: 0,
    redisKills: 0,
    reseeds: 0,
    fault(what: string): void {
      faults.push(what)
    },
    fullSpeed(ms: number): void {
      writesPerSecond = Math.round((regions.reduce((sum, { writes }) => sum + writes, 0) / ms) * 1_000)
    },
    seeded(lines: readonly (SeedLine | null)[]): void {
      seededPerSecond = lines.reduce((sum, line) => sum + (line?.itemsPerSecond ?? 0), 0)
    },
    compared(count: number, lines: readonly string[]): void {
      keys = count
      different += lines.length
      faults.push(...lines.slice(0, 5))
    },
    draw(): Report {
      const lags = regions.flatMap(each => each.lags)
      const [arrivals, wholes] = [lags.map(([arrival]) => arrival), lags.map(([, whole]) => whole)]
      if (lags.length === 0) faults.push('no lag was measured')
      return {
        ok: faults.length === 0 && different === 0 && keys > 0,
        keys,
        differences: different,
        steadyChangesPerSecond: this.steadyChangesPerSecond,
        lagP50Ms: percentile(wholes, 0.5),
        lagP99Ms: percentile(wholes, 0.99),
        arrivalP50Ms: percentile(arrivals, 0.5),
        arrivalP99Ms: percentile(arrivals, 0.99),
        writesPerSecond,
        changes: work.changes,
        increments: work.increments,
        seededPerSecond,
        workerKills: this.workerKills,
        workerFailures: regions.reduce((sum, each) => sum + each.workerFailures, 0),
        redisKills: this.redisKills,
        reseeds: this.reseeds,
        faults,
      }
    },
  }
}

/** The report as people read it. */
export function renderReport(report: Report): readonly string[] {
  const { ok, keys, differences, lagP50Ms, lagP99Ms, arrivalP50Ms, arrivalP99Ms } = report
  const number = (value: number) => value.toLocaleString('en-US').padStart(10)
  const bar = (part: number, whole: number) => {
    const width = whole === 0 ? 0 : Math.round((Math.min(part, whole) / whole) * 40)
    return `${'█'.repeat(width)}${'░'.repeat(40 - width)}`
  }
  return [
    '',
    `${number(keys)}  keys compared in two caches`,
    `${number(differences)}  differences`,
    `${number(report.changes)}  changes of items, ${report.increments.toLocaleString('en-US')} increments`,
    `${number(report.writesPerSecond)}  keys written a second, at full speed`,
    `${number(report.seededPerSecond)}  items seeded a second meanwhile`,
    `${number(report.workerKills)}  workers killed, Redis ${String(report.redisKills)} times, ${String(report.reseeds)} reseeded after a wipe`,
    '',
    `  lag at ${String(report.steadyChangesPerSecond)} changes a second`,
    `  p50 ${bar(arrivalP50Ms, lagP50Ms)} ${String(lagP50Ms)} ms (█ stream, polling, bridge: ${String(arrivalP50Ms)} ms)`,
    `  p99 ${bar(arrivalP99Ms, lagP99Ms)} ${String(lagP99Ms)} ms (█ ${String(arrivalP99Ms)} ms)`,
    '',
    ...report.faults.map(fault => `✖ ${fault}`),
    ok ? '✔ Both caches are as the table.' : '✖ The caches are not as the table.',
  ]
}

function percentile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.max(0, Math.ceil(sorted.length * part) - 1)] ?? 0
}
