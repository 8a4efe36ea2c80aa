import { type Identity, judge } from '../../test/real/support/oracle.ts'
import { leaseSpread } from '../report/lease-spread.ts'
import type { Unjudged } from '../report/outcome.ts'
import type { Kill } from '../report/strike.ts'
import { takeOvers } from '../report/take-over.ts'
import { nowUs } from '../worker/lines.ts'
import type { Scene } from './scene.ts'
import { timeLineOf } from './time-line-of.ts'

/** Puts together what came of a run that has ended. */
export function outcomeOf(
  { plan, pace, startUs, watch, sink, places, notes }: Scene,
  end: {
    readonly produced: ReadonlyMap<string, readonly Identity[]>
    readonly kills: readonly Kill[]
    readonly faultsFromUs: number
    readonly faultsUntilUs: number
    readonly drainedMs: number
  },
): Unjudged {
  const { taken } = sink
  const { begun, strikes, behind, surprises } = notes
  return {
    plan,
    produced: [...end.produced.values()].reduce((sum, { length }) => sum + length, 0),
    verdict: judge({
      produced: end.produced,
      taken,
      begun,
      checkpoints: [...watch.checkpoints, ...notes.acknowledged],
      byKeyOnly: plan.handling === 'eachRecord',
    }),
    takeOvers: takeOvers(end.kills, taken, strikes, pace.mostTakeOverMs),
    leases: leaseSpread(watch.holdings, { ...end, startUs, shards: plan.shards, workers: plan.workers }),
    strikes,
    surprises,
    drainedMs: end.drainedMs,
    tookMs: Math.round((nowUs() - startUs) / 1_000),
    timeLine: timeLineOf({ places, strikes, taken, behind, startUs }),
  }
}
