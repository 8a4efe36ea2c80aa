// What a soak comes to: a verdict on each series, and on the records.
import { type Floor, floorOf } from '../measure/floor.ts'
import { inBlocks, type Slope, slopeOf } from '../measure/regression.ts'
import type { Sample } from '../measure/sample.ts'

/** Memory by time; it is flat where it cannot be told, with 95 % confidence, that it grows by more than the limit. */
export interface MemoryVerdict {
  readonly name: string
  /** MiB an hour. */
  readonly slope: Slope | null
  readonly firstMiB: number
  readonly lastMiB: number
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
/** One MiB in two minutes: what a quarter of an hour can tell from noise, and a day cannot bear. */
export const mostMiBPerHour = 30
/** Connections of HTTP clients and threads of pools come and go. */
const mayRise = { descriptors: 2, sockets: 2, threads: 2, files: 0 }

/** @param samples of the whole soak; what comes before `steadyFromMs` warms up, and what is not alone is not compared. */
export function judge(
  samples: readonly Sample[],
  { minutes, steadyFromMs }: { readonly minutes: number; readonly steadyFromMs: number },
  records: SoakOutcome['records'],
  left: LeftBehind,
): SoakOutcome {
  const jvm = samples.at(-1)?.jvm?.pid
  const alone = samples.filter(({ atMs, isAlone }) => isAlone && atMs >= steadyFromMs)
  const ofLastJvm = alone.filter(sample => sample.jvm?.pid === jvm)
  const memory = [
    memoryVerdict('Node RSS', alone, ({ node }) => node.rssBytes),
    memoryVerdict('Node heap after GC', alone, ({ nodeHeapBytes }) => nodeHeapBytes),
    memoryVerdict('JVM RSS', ofLastJvm, sample => sample.jvm?.rssBytes ?? null),
    memoryVerdict('JVM live objects', ofLastJvm, ({ jvmLiveBytes }) => jvmLiveBytes),
  ]
  const counts = [
    ...(['descriptors', 'sockets', 'threads'] as const).flatMap(what => [
      countVerdict(
        `Node ${what}`,
        alone.map(({ node }) => node[what]),
        mayRise[what],
      ),
      countVerdict(
        `JVM ${what}`,
        ofLastJvm.flatMap(sample => sample.jvm?.[what] ?? []),
        mayRise[what],
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
  return {
    name,
    slope,
    firstMiB: points[0]?.value ?? 0,
    lastMiB: points.at(-1)?.value ?? 0,
    isFlat: slope !== null && slope.lower <= mostMiBPerHour,
  }
}

function countVerdict(name: string, counts: readonly number[], mayRiseBy: number): CountVerdict {
  const floor = floorOf(counts)
  return { name, floor, isFlat: floor !== null && floor.second - floor.first <= mayRiseBy }
}
