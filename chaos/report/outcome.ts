import type { Verdict } from '../../test/real/support/oracle.ts'
import type { FaultKind } from '../plan/fault.ts'
import type { Plan } from '../plan/plan.ts'
import type { LeaseSpread } from './lease-spread.ts'
import type { TakeOver } from './take-over.ts'

/** What came of a run. */
export interface Outcome {
  readonly plan: Plan
  readonly verdict: Verdict
  readonly produced: number
  readonly takeOvers: readonly TakeOver[]
  readonly leases: LeaseSpread
  /** How many of each kind struck. */
  readonly struck: Readonly<Partial<Record<FaultKind, number>>>
  /** Workers' ends that nobody wanted, stops that were not clean, and a drain that took too long. */
  readonly surprises: readonly string[]
  /** From the last fault until everything had come. */
  readonly drainedMs: number
  readonly tookMs: number
  readonly timeLine: string
  /** What is wrong, in sentences; none where all is well. */
  readonly findings: readonly string[]
  /** Where the logs of a run that failed are. */
  readonly folder: string | null
}

/** An outcome before it was judged. */
export type Unjudged = Omit<Outcome, 'findings' | 'folder'>

/** What of a verdict is a broken promise, if only once. */
const breaches = ['lost', 'unexpected', 'outOfOrder', 'replayedTooEarly', 'wrongAtEnd'] as const

/** What is wrong with a run, whose take-overs after SIGKILL of Node may take `mostMs`. */
export function findingsOf(outcome: Unjudged, mostMs: number): string[] {
  const { plan, verdict, produced, takeOvers, struck, surprises } = outcome
  const strikes = Object.values(struck).reduce((sum, count) => sum + count, 0)
  return [
    ...(produced === 0 ? ['nothing was produced: nothing is shown'] : []),
    ...(plan.faults.length > 0 && strikes === 0
      ? [`none of the ${plan.faults.length} faults struck: nothing is shown`]
      : []),
    ...breaches.flatMap(name => {
      const found = verdict[name]
      return found.length === 0 ? [] : [`${name}: ${found.length} (${found.slice(0, 5).join('; ')})`]
    }),
    ...takeOvers
      .filter(({ kind, undisturbedMs }) => kind === 'killNode' && undisturbedMs > mostMs)
      .map(({ shardId, undisturbedMs }) => `${shardId} was taken over after ${undisturbedMs} ms, more than ${mostMs}`),
    ...surprises,
  ]
}

/** The line that `--json` ends with. */
export function jsonLine(outcome: Outcome): string {
  const { plan, verdict, produced, takeOvers, leases, drainedMs, tookMs, findings, folder } = outcome
  const of = (kind: FaultKind) => takeOvers.filter(each => each.kind === kind).map(({ ms }) => ms)
  return JSON.stringify({
    ok: findings.length === 0,
    seed: plan.seed,
    seconds: plan.seconds,
    workers: plan.workers,
    shards: plan.shards,
    handling: plan.handling,
    daemon: plan.daemon,
    table: plan.table,
    produced,
    lost: verdict.lost.length,
    unexpected: verdict.unexpected.length,
    duplicates: verdict.duplicates.length,
    outOfOrder: verdict.outOfOrder.length,
    replayedTooEarly: verdict.replayedTooEarly.length,
    wrongAtEnd: verdict.wrongAtEnd.length,
    faults: plan.faults,
    takeoverMs: of('killNode'),
    hostTakeoverMs: of('killBoth'),
    leases,
    findings,
    drainedMs,
    tookMs,
    folder,
  })
}

/** Of each seed in a file of such lines whether its last run was ok. */
export function earlierRuns(lines: string): ReadonlyMap<number, boolean> {
  const runs = lines.split('\n').filter(line => line !== '')
  return new Map(
    runs.map(line => {
      const { seed, ok } = JSON.parse(line) as { readonly seed: number; readonly ok: boolean }
      return [seed, ok]
    }),
  )
}
