import { shortBytes, shortNumber, shortRatio } from './format.ts'
import type { Goal } from './goals.ts'
import type { BenchReport } from './make-report.ts'
import type {
  BridgeConsumer,
  BridgeResult,
  DynamodbResult,
  EndToEndResult,
  Figures,
  ThreadsResult,
  ToolkitResult,
} from './results.ts'
import { renderTable } from './table.ts'

/** Everything that a run found, as text. */
export function printReport({ cases: results, goals, notes, machine }: BenchReport): string {
  const bridge = results.filter(result => result.group === 'bridge')
  const dynamodb = results.filter(result => result.group === 'dynamodb')
  const threads = results.filter(result => result.group === 'threads')
  const toolkit = results.filter(result => result.group === 'toolkit')
  const endToEnd = results.filter(result => result.group === 'endToEnd')
  return [
    `${machine.cpus} CPUs (${machine.cpuModel}), ${shortBytes(machine.memoryBytes)}, Node ${machine.node}`,
    ...(bridge.length === 0 ? [] : [printBridge(bridge)]),
    ...(dynamodb.length === 0 ? [] : [printDynamodb(dynamodb)]),
    ...(threads.length === 0 ? [] : [printThreads(threads)]),
    ...(toolkit.length === 0 ? [] : [printToolkit(toolkit)]),
    ...(endToEnd.length === 0 ? [] : [printEndToEnd(endToEnd)]),
    printGoals(goals),
    ...(notes.length === 0 ? [] : [notes.map(note => `• ${note}`).join('\n')]),
  ].join('\n\n')
}

const figureHeaders = ['records/s', 'MB/s', 'p50 ms', 'p99 ms', 'CPU s/M', 'JVM s/M', 'memory']

function figureCells(figures: Figures): string[] {
  return [
    figures.recordsPerSecond,
    figures.megabytesPerSecond,
    figures.p50Ms,
    figures.p99Ms,
    figures.cpuSecondsPerMillion,
    figures.driverCpuSecondsPerMillion,
  ]
    .map(shortNumber)
    .concat(shortBytes(figures.rssBytes))
}

const comparedWith = ['raw', 'aws-kcl', 'erlmld'] as const

function printBridge(results: readonly BridgeResult[]): string {
  const rows = results.map(result => {
    const { shards, recordBytes, consumer } = result
    const same = (other: BridgeConsumer): BridgeResult | undefined =>
      results.find(each => each.consumer === other && each.shards === shards && each.recordBytes === recordBytes)
    return [
      `${shards} × ${shortBytes(recordBytes)}`,
      consumer,
      ...figureCells(result),
      ...comparedWith.map(other => shortRatio(ratioTo(result, same(other)))),
    ]
  })
  const headers = ['shards', 'consumer', ...figureHeaders, ...comparedWith.map(name => `× ${name}`)]
  return `Bridge: synthetic batches of 1,000 records, every byte read, no checkpoints\n\n${renderTable(headers, rows)}`
}

function ratioTo(of: BridgeResult, to: BridgeResult | undefined): number | null {
  return to === undefined || to === of ? null : of.recordsPerSecond / to.recordsPerSecond
}

function printDynamodb(results: readonly DynamodbResult[]): string {
  const rows = results.map(result => [
    `${result.shards} × ${shortBytes(result.recordBytes)}`,
    `${result.consumer}, ${result.reads} read`,
    ...figureCells(result),
  ])
  return `DynamoDB: changes with both images\n\n${renderTable(['shards', 'format', ...figureHeaders], rows)}`
}

function printThreads(results: readonly ThreadsResult[]): string {
  const rows = results.map(result => [
    `${result.shards} × ${shortBytes(result.recordBytes)}`,
    String(result.threads),
    ...figureCells(result),
  ])
  const [{ microsecondsPerRecord } = { microsecondsPerRecord: 0 }] = results
  return `Threads: a handler that computes ${microsecondsPerRecord} µs a record\n\n${renderTable(['shards', 'threads', ...figureHeaders], rows)}`
}

function printToolkit(results: readonly ToolkitResult[]): string {
  const rows = results.map(({ name, nsPerRecord }) => [name, Math.round(nsPerRecord).toLocaleString('en')])
  return `Toolkit: parts of the library alone\n\n${renderTable(['part', 'ns/record'], rows, 1)}`
}

function printEndToEnd(results: readonly EndToEndResult[]): string {
  const rows = results.map(({ name, recordsPerSecond, seconds, p50Ms, p99Ms }) => [
    name,
    ...[recordsPerSecond, seconds, p50Ms, p99Ms].map(value => (value === undefined ? '' : shortNumber(value))),
  ])
  const headers = ['what', 'records/s', 'seconds', 'p50 ms', 'p99 ms']
  return `End to end: 4 shards, records of 100 B, the KCL, and emulators that are its limit\n\n${renderTable(headers, rows, 1)}`
}

function printGoals(goals: readonly Goal[]): string {
  const measured = goals.flatMap(({ text, bound, unit, target, measured, reached }) => {
    if (measured === null) return []
    return [
      [
        reached === true ? '✔' : '✖',
        text,
        `${bound === 'atLeast' ? '≥' : '≤'} ${exact(target, unit)}`,
        exact(measured, unit),
      ],
    ]
  })
  const rest = goals.length - measured.length
  const missing = rest === 0 ? [] : [`${rest} of ${goals.length} goals need cases that this run did not have.`]
  const table = measured.length === 0 ? [] : [renderTable(['', 'what', 'goal', 'measured'], measured)]
  return ['Goals', ...table, ...missing].join('\n\n')
}

/** A ratio with the digits that a small one needs. */
const exact = (value: number, unit: Goal['unit']): string =>
  unit === 'ns'
    ? `${Math.round(value).toLocaleString('en-US')} ns`
    : `${value < 0.2 ? value.toFixed(3) : value.toFixed(2)} ×`
