// What happens to the workers of a soak, and when. The first worker lives from beginning to end and is measured; the second comes and goes, so that leases move.

/** Something that is done to a worker. */
export type Deed =
  | 'secondJoins'
  /** SIGTERM: its shards are drained and handed over. */
  | 'secondLeaves'
  /** SIGKILL of its Node process, which ends its JVM as well. */
  | 'secondKilled'
  /** SIGKILL of the first worker's JVM: its Node process starts another. */
  | 'jvmKilled'

export interface Planned {
  readonly atMs: number
  readonly deed: Deed
}

/** A soak by time, in milliseconds from when its first worker has all shards. */
export interface Plan {
  readonly lengthMs: number
  readonly deeds: readonly Planned[]
  /** From here on what it holds open is counted. */
  readonly countedFromMs: number
  /** What comes before warms up, and is no part of a slope. */
  readonly steadyFromMs: number
  /** Records a second of each stream: the emulators slow down with what they hold, so that a long soak puts fewer. */
  readonly recordsPerSecond: number
}

const cycleMs = 60_000
const mostPerSecond = 40
const mostRecords = 15_000

/** @param minutes at least {@link leastMinutes}. */
export function planOf(minutes: number): Plan {
  const lengthMs = minutes * 60_000
  // Early, so that the JVM which follows can be measured for as long as possible.
  const deeds: Planned[] = [{ atMs: 15_000, deed: 'jvmKilled' }]
  const visits = Math.floor((lengthMs - 30_000) / cycleMs)
  for (let visit = 0; visit < visits; visit++) {
    const atMs = 30_000 + visit * cycleMs
    const isLast = visit === visits - 1
    deeds.push(
      { atMs, deed: 'secondJoins' },
      { atMs: atMs + 30_000, deed: visit % 2 === 1 && !isLast ? 'secondKilled' : 'secondLeaves' },
    )
  }
  return {
    lengthMs,
    deeds,
    countedFromMs: Math.min(60_000, lengthMs / 5),
    steadyFromMs: Math.min(300_000, lengthMs / 2),
    recordsPerSecond: Math.min(mostPerSecond, mostRecords / (lengthMs / 1_000)),
  }
}

/** Less has no part that is steady. */
export const leastMinutes = 3
