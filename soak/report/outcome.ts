// What a soak comes to: a verdict on each series, and on the records.
import { type Floor, floorOf } from '../measure/floor.ts'
import { inBlocks, type Slope, slopeOf } from '../measure/regression.ts'
import type { Sample } from '../measure/sample.ts'

/** Memory by time; it is flat where it cannot be told, with 95 % confidence, that it grew by more than it may. */
export interface MemoryVerdict {
  readonly name: string
  /** MiB an hour. */
  readonly slope: Slope | null
  readonly firstMiB: number
  readonly lastMiB: number
  /** How much it may have grown in this time. */
  readonly mayGrowMiB: number
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

/** What was left behind when everything had ended. */
export interface LeftBehind {
  /** In the first worker's folder, which ended by itself. */
  readonly files: readonly string[]
  /** JVMs of either worker that still lived. */
  readonly jvms: readonly number[]
  readonly exitCode: number | null
}

export interface SoakOutcome {
  readonly minutes: number
  readonly memory: readonly MemoryVerdict[]
  readonly counts: readonly CountVerdict[]
  readonly records: Readonly<Record<'kinesis' | 'dynamodb', RecordsVerdict>>
  readonly left: LeftBehind
  readonly ok: boolean
}

const mebibyte = 2 ** 20
const blockMs = 10_000
/** A JVM compiles and a heap settles for longer than a short soak: so much of its first size, once, is no leak … */
const settlingShare = 0.05
/** … and so much an hour beside it, which no week would be troubled by. */
const mostMiBPerHour = 2

/** How much a memory may have grown in a time. */
const mayGrowMiB = (firstMiB: number, hours: number): number => firstMiB * settlingShare + mostMiBPerHour * hours

/** Connections of HTTP clients and threads of pools come and go. */
const mayRise = { descriptors: 2, sockets: 2, threads: 2, files: 0 }
/** Pools of the KCL fill up as leases move, such as LeaseDiscovery; one thread a move would be far more. */
const jvmThreadsMayRise = 8

/** @param samples of the whole soak: memory is judged from `steadyFromMs` on, counts from `countedFromMs` on where the worker was alone. */
export function judge(
  samples: readonly Sample[],
  { minutes, ...from }: { readonly minutes: number; readonly steadyFromMs: number; readonly countedFromMs: number },
  records: SoakOutcome['records'],
  left: LeftBehind,
): SoakOutcome {
  const jvm = samples.at(-1)?.jvm?.pid
  const isOfLastJvm = (sample: Sample): boolean => sample.jvm?.pid === jvm
  const steady = samples.filter(({ atMs }) => atMs >= from.steadyFromMs)
  const memory = [
    memoryVerdict('Node RSS', steady, ({ node }) => node.rssBytes),
    memoryVerdict('Node heap after GC', steady, ({ nodeHeapBytes }) => nodeHeapBytes),
    memoryVerdict('JVM RSS', steady.filter(isOfLastJvm), sample => sample.jvm?.rssBytes ?? null),
    memoryVerdict('JVM live objects', steady.filter(isOfLastJvm), ({ jvmLiveBytes }) => jvmLiveBytes),
  ]
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
        alone.filter(isOfLastJvm).flatMap(sample => sample.jvm?.[what] ?? []),
        what === 'threads' ? jvmThreadsMayRise : mayRise[what],
      ),
    ]),
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
    left.exitCode === 0
  return { minutes, memory, counts, records, left, ok }
}

function memoryVerdict(name: string, samples: readonly Sample[], of: (sample: Sample) => number | null): MemoryVerdict {
  const points = inBlocks(
    samples.flatMap(sample => {
      const bytes = of(sample)
      return bytes === null ? [] : [{ atMs: sample.atMs, value: bytes / mebibyte }]
    }),
    blockMs,
  )
  const slope = slopeOf(points)
  const [first, last] = [points[0], points.at(-1)]
  const hours = ((last?.atMs ?? 0) - (first?.atMs ?? 0)) / 3_600_000
  const most = mayGrowMiB(first?.value ?? 0, hours)
  return {
    name,
    slope,
    firstMiB: first?.value ?? 0,
    lastMiB: last?.value ?? 0,
    mayGrowMiB: most,
    isFlat: slope !== null && slope.lower * hours <= most,
  }
}

function countVerdict(name: string, counts: readonly number[], mayRiseBy: number): CountVerdict {
  const floor = floorOf(counts)
  return { name, floor, isFlat: floor !== null && floor.second - floor.first <= mayRiseBy }
}
