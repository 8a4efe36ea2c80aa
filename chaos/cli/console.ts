import { type Fault, specOf } from '../plan/fault.ts'
import type { Plan } from '../plan/plan.ts'
import { type Outcome, struckOf } from '../report/outcome.ts'
import type { TakeOver } from '../report/take-over.ts'
import type { Observer } from '../run/phases.ts'

/** The schedule as people read it. */
export function describePlan(plan: Plan): string {
  const { seed, workers, shards, handling, daemon, table, sharedDaemon, faults } = plan
  const streams = table ? ` and a DynamoDB stream${sharedDaemon ? ' in the same JVM' : ''}` : ''
  return [
    `seed ${seed}: ${workers} workers, ${shards} shards${streams}, ${handling}, ${daemon} daemon; ${faults.length} faults:`,
    ...faults.map(fault => `  ${seconds(fault.atMs / 1_000)}  ${describeFault(fault)}`),
  ].join('\n')
}

/** What came of a run, as people read it. */
export function describeOutcome({
  plan,
  verdict,
  produced,
  takeOvers,
  leases,
  strikes,
  drainedMs,
  tookMs,
  timeLine,
  findings,
  folder,
}: Outcome): string {
  const { lost, unexpected, duplicates, outOfOrder } = verdict
  return [
    '',
    timeLine,
    '',
    `seed ${plan.seed}: ${findings.length === 0 ? 'ok' : 'NOT OK'}: ${produced} produced, ${lost.length} lost, ${unexpected.length} unexpected, ${outOfOrder.length} out of order, ${duplicates.length} duplicates;`,
    `  all had come ${seconds(drainedMs / 1_000).trim()} after the last fault; ${seconds(tookMs / 1_000).trim()} in all`,
    `  all leases held after ${ms(leases.allHeldMs)}, evenly after ${ms(leases.evenMs)}; a worker held ${leases.heldAtFirst.join(', ')} before the faults, ${leases.heldAtLast.join(', ')} after them`,
    `  ${struckOf(strikes).length} of ${strikes.length} faults struck`,
    ...strikes.flatMap(({ fault, foundNothing }) =>
      foundNothing === null ? [] : [`    ${describeFault(fault)}: struck nothing: ${foundNothing}`],
    ),
    ...takeOvers.map(describeTakeOver),
    ...findings.map(finding => `  ✖ ${finding}`),
    ...(folder === null ? [] : [`  logs and evidence: ${folder}`]),
    '',
  ].join('\n')
}

function describeTakeOver({ kind, shardId, ms, undisturbedMs, judgement }: TakeOver): string {
  const { what } = specOf(kind)
  const notJudged = judgement.kind === 'notJudged' ? ` (not judged: ${judgement.why})` : ''
  if (ms === null) return `  ${shardId}: after ${what}${notJudged}`
  const later = undisturbedMs === ms ? '' : `, ${undisturbedMs} ms after the last other fault`
  return `  ${shardId}: with another worker ${ms} ms after ${what}${later}${notJudged}`
}

/** Tells of a run while it runs: faults as they strike, figures every five seconds. */
export function consoleObserver(write: (line: string) => void): Observer {
  let told = 0
  return {
    phase: what => write(`         ${what}`),
    struck: (at, fault, foundNothing) =>
      write(
        `${seconds(at)}  ${foundNothing === null ? describeFault(fault) : `  … which struck nothing (${describeFault(fault)}): ${foundNothing}`}`,
      ),
    progress({ seconds: at, produced, taken, here }) {
      if (at - told < 5) return
      told = at
      write(`${seconds(at)}    ${produced} produced, ${taken} taken, ${here} workers there`)
    },
  }
}

function describeFault({ kind, worker, durationMs }: Fault): string {
  const { mark, what } = specOf(kind)
  const who = worker === null ? '' : `worker ${worker + 1}: `
  return `${mark}  ${who}${what}${durationMs === 0 ? '' : `, ${(durationMs / 1_000).toFixed(1)} s`}`
}

const ms = (value: number | null): string => (value === null ? '– (never)' : `${(value / 1_000).toFixed(1)} s`)
const seconds = (value: number): string => `${value.toFixed(1)} s`.padStart(7)
