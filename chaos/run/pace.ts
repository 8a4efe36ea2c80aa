import type { Plan } from '../plan/plan.ts'

/** How fast things go in a run: what its machine can bear, and what the daemon needs. Times are in milliseconds. */
export interface Pace {
  /** After this long without a renewal a lease is free for other workers. */
  readonly failoverTimeMs: number
  /** After this long without a sign of life from Node the daemon gives its shards up. */
  readonly nodeTimeoutMs: number
  readonly idleTimeBetweenReadsMs: number
  readonly shardSyncIntervalMs: number
  readonly heapBytes: number
  /** Keys of the Kinesis stream, each of which gets a record every `roundMs`. */
  readonly keys: number
  readonly roundMs: number
  /** Until all workers run and all shards are held. */
  readonly startMs: number
  /** Until everything came, after the last fault. */
  readonly drainMs: number
  /** What a take-over after SIGKILL of Node may take. */
  readonly mostTakeOverMs: number
}

/** How many more open shards than at first splits may make. */
export const moreShards = 3

/** Up to this many shards one worker can hold them all and everything is quick. */
export const fewShards = 16
/** How long many shards may take until the workers share them, before faults strike anyway. */
export const shareMs = 90_000
const graceMs = 15_000
/**
 * How long the KCL's own leader is waited for after it died: its lock lasts two minutes from when a worker first sees it, and a worker looks every 30 s
 * (DynamoDBLockBasedLeaderDecider). The embedded daemon elects for as long as a lease lasts.
 */
const leaderLockMs = 150_000

/** The pace of a plan. */
export function paceOf({ shards, daemon }: Pick<Plan, 'shards' | 'daemon'>): Pace {
  const areMany = shards > fewShards
  // The KCL's default: so many leases are not renewed within a third of two seconds by emulators on one machine.
  const failoverTimeMs = areMany ? 10_000 : 2_000
  const keys = Math.max(16, shards)
  return {
    failoverTimeMs,
    nodeTimeoutMs: 2 * failoverTimeMs,
    // Many shards would keep kinesis-local busy with reads alone.
    idleTimeBetweenReadsMs: Math.max(500, 80 * shards),
    shardSyncIntervalMs: areMany ? 10_000 : 1_000,
    // Any worker may come to hold all of them.
    heapBytes: Math.max(256, 16 * (shards + moreShards)) * 2 ** 20,
    keys,
    // kinesis-local grows slow with what it holds.
    roundMs: areMany ? 2_000 : 200,
    startMs: areMany || daemon === 'stock' ? 300_000 : 120_000,
    // Where the leader was killed, a stock daemon's shards may wait for its lock to expire.
    drainMs: 200_000,
    mostTakeOverMs: failoverTimeMs + graceMs + (daemon === 'stock' ? leaderLockMs : 0),
  }
}
