import { availableParallelism, cpus, totalmem } from 'node:os'
import { type Goal, goalsOf } from './goals.ts'
import type { Result } from './results.ts'

/** What `--json` writes. */
export interface BenchReport {
  /** When the run ended. */
  readonly date: string
  readonly quick: boolean
  readonly machine: {
    readonly cpus: number
    readonly cpuModel: string
    readonly memoryBytes: number
    readonly node: string
  }
  readonly cases: readonly Result[]
  readonly goals: readonly Goal[]
  readonly notes: readonly string[]
}

/** Above it the figures say more of the other programs than of tsmld. */
const greatestOtherShare = 0.1

/** Puts together what a run found. */
export function makeReport(cases: readonly Result[], notes: readonly string[], quick: boolean): BenchReport {
  const others = Math.max(0, ...cases.map(result => ('otherCpuShare' in result ? result.otherCpuShare : 0)))
  const busy = `Other programs took up to ${Math.round(others * 100)} % of the CPUs meanwhile: repeat this on a quiet machine.`
  return {
    date: new Date().toISOString(),
    quick,
    machine: {
      cpus: availableParallelism(),
      cpuModel: cpus()[0]?.model ?? 'unknown',
      memoryBytes: totalmem(),
      node: process.versions.node,
    },
    cases,
    goals: goalsOf(cases),
    notes: others > greatestOtherShare ? [...notes, busy] : notes,
  }
}
