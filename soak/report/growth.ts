// How memory may grow. What can leak is judged: objects, classes, native memory that nothing caps, and the pages without a file that are left when compiled code is taken off. Compiled code itself is told only:
// a JVM compiles for as long as methods get hot, it keeps counters for each method of a loaded class, and both end with the classes, whose number is judged.
import { inBlocks, slopeOf } from '../measure/regression.ts'
import type { Sample } from '../measure/sample.ts'
import type { GrowthVerdict } from './outcome.ts'

const mebibyte = 2 ** 20
const blockMs = 10_000

/** What a series may gain: so much once, and so much an hour beside it. */
interface Allowance {
  readonly once: number
  readonly perHour: number
}

/** Objects are counted after a full collection: what comes late is a code path taken for the first time. */
const ofObjects: Allowance = { once: 0.5, perHour: 1 }
/** Stacks and buffers of threads that come when leases move. */
const ofNative: Allowance = { once: 1, perHour: 1 }
/** A path taken for the first time loads a few dozens; a leak of classes, of reflection or proxies, goes on. */
const ofClasses: Allowance = { once: 100, perHour: 60 }
/** Pages that fragmentation keeps: the C library's and V8's pages are given back whole or not at all. */
const ofPages: Allowance = { once: 4, perHour: 2 }

/** @param samples after warming up. */
export function growthOfNode(samples: readonly Sample[]): GrowthVerdict[] {
  return [
    growth('Node RSS', 'MiB', samples, ({ node }) => node.rssBytes / mebibyte, ofPages),
    growth('Node heap after GC', 'MiB', samples, ({ nodeHeapBytes }) => nodeHeapBytes / mebibyte, ofObjects),
    growth('Node external', 'MiB', samples, ({ nodeExternalBytes }) => nodeExternalBytes / mebibyte, ofObjects),
  ]
}

/** @param samples after warming up, of one JVM. */
export function growthOfJvm(samples: readonly Sample[]): GrowthVerdict[] {
  type Memory = NonNullable<Sample['jvmMemory']>
  const of =
    (value: (memory: Memory) => number) =>
    ({ jvmMemory }: Sample): number | null =>
      jvmMemory === null ? null : value(jvmMemory)
  return [
    growth(
      'JVM live objects',
      'MiB',
      samples,
      of(({ liveBytes }) => liveBytes / mebibyte),
      ofObjects,
    ),
    growth(
      'JVM native',
      'MiB',
      samples,
      of(({ nativeBytes }) => nativeBytes / mebibyte),
      ofNative,
    ),
    growth(
      'JVM classes',
      'classes',
      samples,
      of(({ classes }) => classes),
      ofClasses,
    ),
    growth(
      'JVM pages less compiled',
      'MiB',
      samples,
      of(m => (m.anonymousBytes - m.compiledBytes) / mebibyte),
      ofPages,
    ),
    growth(
      'JVM compiled',
      'MiB',
      samples,
      of(({ compiledBytes }) => compiledBytes / mebibyte),
      null,
    ),
    growth('JVM RSS', 'MiB', samples, ({ jvm }) => (jvm === null ? null : jvm.rssBytes / mebibyte), null),
  ]
}

function growth(
  name: string,
  unit: string,
  samples: readonly Sample[],
  of: (sample: Sample) => number | null,
  allowance: Allowance | null,
): GrowthVerdict {
  const points = inBlocks(
    samples.flatMap(sample => {
      const value = of(sample)
      return value === null ? [] : [{ atMs: sample.atMs, value }]
    }),
    blockMs,
  )
  const slope = slopeOf(points)
  const [first, last] = [points[0], points.at(-1)]
  const hours = ((last?.atMs ?? 0) - (first?.atMs ?? 0)) / 3_600_000
  const mayGrow = allowance === null ? null : allowance.once + allowance.perHour * hours
  return {
    name,
    unit,
    slope,
    first: first?.value ?? 0,
    last: last?.value ?? 0,
    mayGrow,
    isFlat: slope !== null && (mayGrow === null || slope.lower * hours <= mayGrow),
  }
}
