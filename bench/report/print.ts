import { shortBytes, shortNumber, shortRatio } from './format.ts'
import type { Goal } from './goals.ts'
import type { BridgeConsumer, BridgeResult, Result } from './results.ts'
import { renderTable } from './table.ts'

/** Everything that a run found, as text. */
export function printResults(results: readonly Result[], goals: readonly Goal[], notes: readonly string[]): string {
  const bridge = results.filter(result => result.group === 'bridge')
  return [
    ...(bridge.length === 0 ? [] : [printBridge(bridge)]),
    printGoals(goals),
    ...(notes.length === 0 ? [] : [notes.map(note => `• ${note}`).join('\n')]),
  ].join('\n\n')
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
      shortNumber(result.recordsPerSecond),
      shortNumber(result.megabytesPerSecond),
      shortNumber(result.p50Ms),
      shortNumber(result.p99Ms),
      shortNumber(result.cpuSecondsPerMillion),
      shortBytes(result.rssBytes),
      ...comparedWith.map(other => shortRatio(ratioTo(result, same(other)))),
    ]
  })
  const headers = ['shards', 'consumer', 'records/s', 'MB/s', 'p50 ms', 'p99 ms', 'CPU s/M', 'memory']
  return `Bridge: synthetic batches of 1,000 records, every byte read, no checkpoints\n\n${renderTable([...headers, ...comparedWith.map(name => `× ${name}`)], rows)}`
}

function ratioTo(of: BridgeResult, to: BridgeResult | undefined): number | null {
  return to === undefined || to === of ? null : of.recordsPerSecond / to.recordsPerSecond
}

function printGoals(goals: readonly Goal[]): string {
  const rows = goals.map(({ text, bound, target, measured, reached }) => [
    reached === null ? ' ' : reached ? '✔' : '✖',
    text,
    `${bound === 'atLeast' ? '≥' : '≤'} ${shortRatio(target)}`,
    measured === null ? 'not in this run' : shortRatio(measured),
  ])
  return `Goals\n\n${renderTable(['', 'what', 'goal', 'measured'], rows)}`
}
