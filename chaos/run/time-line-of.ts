import { specOf } from '../plan/fault.ts'
import type { Strike } from '../report/strike.ts'
import { drawTimeLine, type Mark } from '../report/time-line.ts'
import { nowUs } from '../worker/lines.ts'
import type { Taken } from './sink-server.ts'
import { presence, type WorkerPlace } from './worker-place.ts'

/** Draws what happened in a run up to now. */
export function timeLineOf(run: {
  readonly places: readonly WorkerPlace[]
  readonly strikes: readonly Strike[]
  readonly taken: readonly Taken[]
  readonly behind: readonly (number | undefined)[]
  readonly startUs: number
}): string {
  const at = (us: number): number => (us - run.startUs) / 1e6
  const seconds = Math.ceil(at(nowUs()))
  const marksOf = (worker: number | null): Mark[] =>
    run.strikes
      .filter(({ fault, acted }) => acted && fault.worker === worker)
      .map(({ fault, fromUs, untilUs }) => ({ letter: specOf(fault.kind).mark, from: at(fromUs), until: at(untilUs) }))
  const recordsOf = ({ processes }: WorkerPlace): number[] => {
    const records = Array.from({ length: seconds }, () => 0)
    const pids = new Set(processes.map(({ pid }) => `${pid}`))
    for (const { session, atUs } of run.taken) {
      if (!pids.has(session.slice(0, session.indexOf('-')))) continue
      const second = Math.floor(at(atUs))
      records[second] = (records[second] ?? 0) + 1
    }
    return records
  }
  return drawTimeLine({
    seconds,
    rows: run.places.map(place => ({
      name: `worker ${place.index + 1}`,
      records: recordsOf(place),
      isThere: (second: number) => presence(place, run.startUs + second * 1e6) > 0.5,
      marks: marksOf(place.index),
    })),
    common: marksOf(null),
    behind: Array.from({ length: seconds }, (_, second) => run.behind[second] ?? 0),
  })
}
