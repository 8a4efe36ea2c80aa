// What a soak comes to: a verdict on each series, and on the records.
import { type Floor, floorOf } from '../measure/floor.ts'
import type { Slope } from '../measure/regression.ts'
import type { JvmCounts, Sample } from '../measure/sample.ts'
import { growthOfJvm, growthOfNode } from './growth.ts'

/** What memory does by time; it is flat where it cannot be told, with 95 % confidence, that it grew by more than it may. */
export interface GrowthVerdict {
  readonly name: string
  readonly unit: string
  /** In units an hour. */
  readonly slope: Slope | null
  readonly first: number
  readonly last: number
  /** How much it may have grown in this time; null where growth is told, and not judged. */
  readonly mayGrow: number | null
  readonly isFlat: boolean
}

/** A count of what a process holds; it leaks where its least rises by more than it may. */
export interface CountVerdict {
  readonly name: string
  readonly floor: Floor | null
  readonly isFlat: boolean
}

/** What came of the records. */
export interface RecordsVerdict {
  readonly produced: number
  readonly lost: number
  readonly unexpected: number
  /** Allowed: a JVM and a Node process were killed. */
  readonly duplicates: number
}

/** How the workers ended, and what they left behind. */
export interface LeftBehind {
  /** In the first worker's folder, which ended by itself. */
  readonly files: readonly string[]
  /** JVMs of either worker that still lived. */
  readonly jvms: readonly number[]
  readonly exitCode: number | null
  /** How often the second worker came to run: without it no lease moved. */
  readonly secondRuns: number
  /** What did not go as planned: a stop of the second worker that was not clean, an end of its own, a kill that hit nobody. */
  readonly surprises: readonly string[]
}

export interface SoakOutcome {
  readonly minutes: number
  readonly memory: readonly GrowthVerdict[]
  readonly counts: readonly CountVerdict[]
  readonly records: Readonly<Record<'kinesis' | 'dynamodb', RecordsVerdict>>
  readonly left: LeftBehind
  readonly ok: boolean
}

/** Connections of HTTP clients and threads of pools come and go. */
const mayRise = { descriptors: 2, sockets: 2, threads: 2, files: 0 }
/** A pool of each stream's, of a quarter of the KCL's maxLeaseRenewalThreads (20), which a thread joins for each lease found: it is judged by its bound, not by its growth. */
const mostLeaseDiscoveryThreads = 2 * 5

/** @param samples of the whole soak: memory is judged from `steadyFromMs` on, counts from `countedFromMs` on where the worker was alone, and those of the JVM when it is steady as well: its pools fill up with the first work. */
export function judge(
  samples: readonly Sample[],
  { minutes, ...from }: { readonly minutes: number; readonly steadyFromMs: number; readonly countedFromMs: number },
  records: SoakOutcome['records'],
  left: LeftBehind,
): SoakOutcome {
  const jvm = samples.at(-1)?.jvm?.pid
  const isOfLastJvm = (sample: Sample): boolean => sample.jvm?.pid === jvm
  const steady = samples.filter(({ atMs }) => atMs >= from.steadyFromMs)
  const memory = [...growthOfNode(steady), ...growthOfJvm(steady.filter(isOfLastJvm))]
  const pooled = steady.filter(sample => sample.isAlone && isOfLastJvm(sample))
  const alone = samples.filter(({ atMs, isAlone }) => isAlone && atMs >= from.countedFromMs)
  const counts = [
    ...(['descriptors', 'sockets', 'threads'] as const).flatMap(what => [
      countVerdict(
        `Node ${what}`,
        alone.map(({ node }) => node[what]),
        mayRise[what],
      ),
      countVerdict(
        `JVM ${what}`,
        pooled.flatMap(({ jvm }) => (jvm === null ? [] : held(jvm)[what])),
        mayRise[what],
      ),
    ]),
    boundVerdict(
      'LeaseDiscovery threads',
      samples.flatMap(({ jvm }) => jvm?.leaseDiscoveryThreads ?? []),
      mostLeaseDiscoveryThreads,
    ),
    countVerdict(
      'files and folders',
      alone.map(({ files }) => files),
      mayRise.files,
    ),
  ]
  const ok =
    [...memory, ...counts].every(({ isFlat }) => isFlat) &&
    Object.values(records).every(({ produced, lost, unexpected }) => produced > 0 && lost === 0 && unexpected === 0) &&
    left.files.length === 0 &&
    left.jvms.length === 0 &&
    left.exitCode === 0 &&
    left.secondRuns > 0 &&
    left.surprises.length === 0
  return { minutes, memory, counts, records, left, ok }
}

/** What of a JVM's is judged by its growth. */
const held = ({ descriptors, sockets, threads, leaseDiscoveryThreads }: JvmCounts) => ({
  descriptors,
  sockets,
  threads: threads - leaseDiscoveryThreads,
})

function countVerdict(name: string, counts: readonly number[], mayRiseBy: number): CountVerdict {
  const floor = floorOf(counts)
  return { name, floor, isFlat: floor !== null && floor.second - floor.first <= mayRiseBy }
}

/** The most of each half; the verdict is on the bound. */
function boundVerdict(name: string, counts: readonly number[], most: number): CountVerdict {
  const middle = Math.floor(counts.length / 2)
  const floor =
    middle === 0 ? null : { first: Math.max(...counts.slice(0, middle)), second: Math.max(...counts.slice(middle)) }
  return { name, floor, isFlat: floor !== null && counts.every(count => count <= most) }
}
