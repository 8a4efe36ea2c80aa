import type { SoakEvent } from '../measure/sample.ts'
import type { Deed } from '../plan/schedule.ts'
import type { SoakRun } from '../run/run-soak.ts'
import { marks, spark } from './chart.ts'
import type { CountVerdict, GrowthVerdict, RecordsVerdict } from './outcome.ts'

const width = 60
const mebibyte = 2 ** 20

/** What a reader wants to see of a soak, as text. */
export function describe({ outcome, samples, events }: SoakRun): string {
  const lengthMs = outcome.minutes * 60_000
  const line = (name: string, of: (sample: (typeof samples)[number]) => number | null): string => {
    const points = samples.flatMap(sample => {
      const value = of(sample)
      return value === null ? [] : [{ atMs: sample.atMs, value }]
    })
    const values = points.map(({ value }) => value)
    const range = `${Math.min(...values).toFixed(0)} to ${Math.max(...values).toFixed(0)}`
    return `${name.padEnd(20)} ${spark(points, lengthMs, width)} ${range}`
  }
  const { memory, counts, records, left, ok } = outcome
  return [
    '',
    `${' '.repeat(20)} ${marks(events.flatMap(marked), lengthMs, width)} j joins, l leaves, k is killed, J the JVM is killed`,
    line('Node RSS, MiB', ({ node }) => node.rssBytes / mebibyte),
    line('JVM RSS, MiB', ({ jvm }) => (jvm === null ? null : jvm.rssBytes / mebibyte)),
    line('Node descriptors', ({ node }) => node.descriptors),
    line('JVM threads', ({ jvm }) => jvm?.threads ?? null),
    '',
    'Memory of the first worker, after warming up; its slope by linear regression, and how much it may have grown in this time:',
    ...memory.map(describeMemory),
    '',
    'What it holds while it is alone with all shards, the least of the first and of the second half of the samples (of the JVM only once it is steady; of LeaseDiscovery the most, of all samples):',
    ...counts.map(describeCount),
    '',
    ...Object.entries(records).map(([stream, verdict]) => describeRecords(stream, verdict)),
    `Left behind: ${left.files.length} files, ${left.jvms.length} JVMs; the first worker ended with code ${left.exitCode}, the second ran ${left.secondRuns} times`,
    ...left.surprises.map(what => `  NOT as planned: ${what}`),
    ok ? 'Nothing grows, nothing is lost.' : 'NOT CLEAN: see what is marked.',
    '',
  ].join('\n')
}

function describeMemory({ name, unit, slope, first, last, mayGrow, isFlat }: GrowthVerdict): string {
  const told =
    slope === null
      ? 'too few points'
      : `${signed(slope.perHour)} an hour (95 %: ${signed(slope.lower)} to ${signed(slope.upper)}; ${slope.points} points of 10 s)`
  const may = mayGrow === null ? 'not judged' : `may grow ${mayGrow.toFixed(1)}`
  return `  ${isFlat ? 'ok ' : 'NOT'} ${name.padEnd(22)} ${first.toFixed(1)} → ${last.toFixed(1)} ${unit} (${may}), ${told}`
}

const describeCount = ({ name, floor, isFlat }: CountVerdict): string =>
  `  ${isFlat ? 'ok ' : 'NOT'} ${name.padEnd(22)} ${floor === null ? 'too few samples' : `${floor.first} → ${floor.second}`}`

const describeRecords = (stream: string, { produced, lost, unexpected, duplicates }: RecordsVerdict): string =>
  `${stream.padEnd(9)} ${produced} records put, ${lost} lost, ${unexpected} unexpected, ${duplicates} duplicates after kills`

const markOf: Readonly<Record<Deed, string>> = {
  jvmKilled: 'J',
  secondJoins: 'j',
  secondLeaves: 'l',
  secondKilled: 'k',
}

const marked = ({ atMs, deed }: SoakEvent): { atMs: number; mark: string }[] =>
  deed === null ? [] : [{ atMs, mark: markOf[deed] }]

const signed = (value: number): string => `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(1)}`
