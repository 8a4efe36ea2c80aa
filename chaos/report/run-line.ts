import { createHash } from 'node:crypto'
import type { FaultKind } from '../plan/fault.ts'
import type { Plan } from '../plan/plan.ts'
import { type Outcome, struckOf } from './outcome.ts'

/** What a seed was run with, beside itself: all that an option changes. */
export const settingsOf = ({ seconds, workers, shards, handling, daemon, table, sharedDaemon, only }: Plan) => ({
  seconds,
  workers,
  shards,
  handling,
  daemon,
  table,
  sharedDaemon,
  only,
})

/** What a seed was run with. */
export type Settings = ReturnType<typeof settingsOf>

/** A schedule in 16 hexadecimal digits: two that differ in anything differ in these. */
export const digestOf = ({ faults }: Plan): string =>
  createHash('sha256').update(JSON.stringify(faults)).digest('hex').slice(0, 16)

/** The line of JSON that stands for a run. */
export type RunLine = ReturnType<typeof runLine>

/** What `--json` and `--out` tell of a run. */
export function runLine(outcome: Outcome) {
  const { plan, verdict, produced, takeOvers, leases, strikes, drainedMs, tookMs, findings, folder } = outcome
  const times = (kind: FaultKind) =>
    takeOvers.flatMap(each => (each.kind === kind && each.ms !== null ? [each.ms] : []))
  const judged = (kind: 'judged' | 'judgedLater') => takeOvers.filter(({ judgement }) => judgement.kind === kind).length
  return {
    // First: by these two a line that was cut off is known as one of chaos'.
    ok: findings.length === 0,
    seed: plan.seed,
    ...settingsOf(plan),
    schedule: digestOf(plan),
    produced,
    lost: verdict.lost.length,
    unexpected: verdict.unexpected.length,
    duplicates: verdict.duplicates.length,
    outOfOrder: verdict.outOfOrder.length,
    replayedTooEarly: verdict.replayedTooEarly.length,
    wrongAtEnd: verdict.wrongAtEnd.length,
    faults: plan.faults,
    struck: struckOf(strikes).length,
    foundNothing: strikes.flatMap(({ fault: { atMs, kind, worker }, foundNothing: why }) =>
      why === null ? [] : [{ atMs, kind, worker, why }],
    ),
    takeovers: {
      judged: judged('judged'),
      judgedLater: judged('judgedLater'),
      notJudged: takeOvers.flatMap(({ kind, shardId, judgement }) =>
        judgement.kind === 'notJudged' ? [{ kind, shardId, why: judgement.why }] : [],
      ),
    },
    takeoverMs: times('killNode'),
    hostTakeoverMs: times('killBoth'),
    leases,
    findings,
    drainedMs,
    tookMs,
    folder,
  }
}
