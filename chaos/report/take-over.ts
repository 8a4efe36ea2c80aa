import type { Taken } from '../run/sink-server.ts'
import type { Kill, Strike } from './strike.ts'

/** Whether a take-over was held to its bound, and from when. */
export type Judgement =
  /** From the kill. */
  | { readonly kind: 'judged' }
  /** From the end of the last other fault that lay in between. */
  | { readonly kind: 'judgedLater' }
  | { readonly kind: 'notJudged'; readonly why: string }

/** One shard's way from a worker that was killed to another. */
export interface TakeOver {
  readonly kind: Kill['kind']
  readonly application: string
  readonly shardId: string
  /** From the kill to the first record that another worker gave the sink; null where none came. */
  readonly ms: number | null
  /** The same from the end of the last other fault that lay in between. */
  readonly undisturbedMs: number | null
  readonly judgement: Judgement
}

/** Finds, for each shard that a killed worker held, when another went on with it, and whether that can be held to `mostMs`. */
export function takeOvers(
  kills: readonly Kill[],
  taken: readonly Taken[],
  strikes: readonly Strike[],
  mostMs: number,
): TakeOver[] {
  const acted = strikes.filter(strike => strike.acted)
  return kills.flatMap(kill =>
    kill.shards.map((shard): TakeOver => {
      const nextUs = taken.find(each => isOfAnother(each, kill, shard))?.atUs
      if (nextUs === undefined)
        return { kind: kill.kind, ...shard, ms: null, undisturbedMs: null, judgement: notJudged(noRecord) }
      const fromUs = Math.max(kill.atUs, ...disturbances(acted, kill, nextUs).map(({ untilUs }) => untilUs))
      const ms = msBetween(kill.atUs, nextUs)
      const undisturbedMs = Math.max(0, msBetween(fromUs, nextUs))
      const judgement = judgementOf({
        hasBound: kill.kind === 'killNode',
        isInTime: ms <= mostMs,
        isDisturbed: fromUs > kill.atUs,
        isOver: fromUs < nextUs,
      })
      return { kind: kill.kind, ...shard, ms, undisturbedMs, judgement }
    }),
  )
}

const noRecord = 'no record of the shard came from another worker afterwards'

/** What is in time from the kill needs no later start, and what went on during another fault has none. */
function judgementOf(is: {
  readonly hasBound: boolean
  readonly isInTime: boolean
  readonly isDisturbed: boolean
  readonly isOver: boolean
}): Judgement {
  if (!is.hasBound) return notJudged('SIGKILL of Node and its JVM at once has no bound')
  if (is.isInTime || !is.isDisturbed) return { kind: 'judged' }
  return is.isOver ? { kind: 'judgedLater' } : notJudged('another fault had not ended when the shard went on')
}

const notJudged = (why: string): Judgement => ({ kind: 'notJudged', why })
const msBetween = (fromUs: number, untilUs: number): number => Math.round((untilUs - fromUs) / 1_000)

const isOfAnother = (record: Taken, kill: Kill, shard: Kill['shards'][number]): boolean =>
  record.atUs > kill.atUs &&
  record.application === shard.application &&
  record.shardId === shard.shardId &&
  !record.session.startsWith(`${kill.pid}-`)

/** What else struck before the shard went on. */
const disturbances = (strikes: readonly Strike[], kill: Kill, nextUs: number): Strike[] =>
  strikes.filter(
    ({ fault, fromUs }) =>
      fromUs < nextUs && !(fault.kind === kill.kind && fault.worker === kill.worker && fromUs <= kill.atUs),
  )
