import type { Kill, Struck } from '../run/injector.ts'
import type { Taken } from '../run/sink-server.ts'

/** One shard's way from a worker that was killed to another. */
export interface TakeOver {
  readonly kind: Kill['kind']
  readonly application: string
  readonly shardId: string
  /** From the kill to the first record that another worker gave the sink. */
  readonly ms: number
  /** The same from the end of the last other fault that lay in between: what the bound is for. */
  readonly undisturbedMs: number
}

/** Finds, for each shard that a killed worker held, when another went on with it. A shard without a later record, closed by a split or merge, has none. */
export function takeOvers(kills: readonly Kill[], taken: readonly Taken[], struck: readonly Struck[]): TakeOver[] {
  return kills.flatMap(kill =>
    kill.shards.flatMap(({ application, shardId }) => {
      const next = taken.find(
        each =>
          each.atUs > kill.atUs &&
          each.application === application &&
          each.shardId === shardId &&
          !each.session.startsWith(`${kill.pid}-`),
      )
      if (next === undefined) return []
      const disturbances = struck.filter(
        ({ fault, fromUs }) => fromUs < next.atUs && !(fault.kind === kill.kind && fromUs <= kill.atUs),
      )
      const fromUs = Math.max(kill.atUs, ...disturbances.map(({ untilUs }) => untilUs))
      return [
        {
          kind: kill.kind,
          application,
          shardId,
          ms: Math.round((next.atUs - kill.atUs) / 1_000),
          undisturbedMs: Math.max(0, Math.round((next.atUs - fromUs) / 1_000)),
        },
      ]
    }),
  )
}
