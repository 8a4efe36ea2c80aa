import type { Verdict } from '../../test/real/support/oracle.ts'
import type { Plan } from '../plan/plan.ts'
import type { LeaseSpread } from './lease-spread.ts'
import type { Strike } from './strike.ts'
import type { TakeOver } from './take-over.ts'

/** What came of a run. */
export interface Outcome {
  readonly plan: Plan
  readonly verdict: Verdict
  readonly produced: number
  readonly takeOvers: readonly TakeOver[]
  readonly leases: LeaseSpread
  /** What came of each fault, in the order in which they ended. */
  readonly strikes: readonly Strike[]
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
  const { plan, verdict, produced, takeOvers, strikes, surprises } = outcome
  return [
    ...(produced === 0 ? ['nothing was produced: nothing is shown'] : []),
    ...nothingStruck(plan, strikes),
    ...breaches.flatMap(name => {
      const found = verdict[name]
      return found.length === 0 ? [] : [`${name}: ${found.length} (${found.slice(0, 5).join('; ')})`]
    }),
    ...takeOvers
      .filter(({ judgement }) => judgement.kind !== 'notJudged')
      .filter(({ undisturbedMs }) => (undisturbedMs ?? 0) > mostMs)
      .map(({ shardId, undisturbedMs }) => `${shardId} was taken over after ${undisturbedMs} ms, more than ${mostMs}`),
    ...surprises,
  ]
}

/** The faults that struck. */
export const struckOf = (strikes: readonly Strike[]): Strike[] =>
  strikes.filter(({ foundNothing }) => foundNothing === null)

function nothingStruck({ faults, seconds }: Plan, strikes: readonly Strike[]): string[] {
  if (faults.length === 0) return [`the schedule of ${seconds} s has no fault: nothing is shown`]
  if (struckOf(strikes).length > 0) return []
  return [`none of the ${faults.length} faults found anything to strike: nothing is shown`]
}
