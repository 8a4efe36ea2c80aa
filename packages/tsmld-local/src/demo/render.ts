import { isKept, type ShardRow, type Verdict } from './ledger.ts'

/** What the live view shows of one stream. */
export interface StreamProgress {
  readonly type: 'kinesis' | 'dynamodb'
  readonly name: string
  readonly total: number
  readonly produced: number
  readonly processed: number
  readonly shards: number
}

/** What the live view shows. */
export interface Progress {
  readonly elapsedMs: number
  /** What is going on, in a word or two. */
  readonly phase: string
  readonly streams: readonly StreamProgress[]
}

const barWidth = 24

/** The live view as lines, for a terminal that redraws. */
export function renderLive(progress: Progress): readonly string[] {
  const rows = progress.streams.map(stream => {
    const counts = `${number(stream.processed).padStart(7)} of ${number(stream.total)} processed`
    return `  ${stream.type.padEnd(9)}${bar(stream)} ${counts}, ${plural(stream.shards, 'shard')}`
  })
  return [`${seconds(progress.elapsedMs)}  ${progress.phase}`, ...rows]
}

/** The live view as one line, for logs. */
export function renderPlain(progress: Progress): string {
  const streams = progress.streams.map(
    ({ type, processed, produced, total, shards }) =>
      `${type} ${String(processed)}/${String(total)} (${String(produced)} produced, ${plural(shards, 'shard')})`,
  )
  return [`${seconds(progress.elapsedMs)} ${progress.phase}`, ...streams].join('  ')
}

// Done, put but not yet processed, not yet put.
function bar({ processed, produced, total }: StreamProgress): string {
  const done = Math.floor((processed / total) * barWidth)
  const put = Math.max(done, Math.floor((Math.min(produced, total) / total) * barWidth))
  return '█'.repeat(done) + '▒'.repeat(put - done) + '░'.repeat(barWidth - put)
}

/** The table a shard of one stream. */
export function renderShards(title: string, rows: readonly ShardRow[]): readonly string[] {
  const cells = rows.map(row => [
    row.shardId,
    number(row.records),
    number(row.checkpoints),
    row.ended ? 'ended' : row.millisBehindLatest === null ? '-' : `${number(row.millisBehindLatest)} ms`,
  ])
  return [title, ...table(['shard', 'records', 'checkpoints', 'lag'], cells)]
}

/** The verdict of one stream in one line. */
export function renderVerdict(type: string, verdict: Verdict): string {
  const { produced, processed, lost, duplicates, outOfOrder, unexpected } = verdict
  const counts = `${number(produced)} produced, ${number(processed)} processed, ${number(lost)} lost, ${number(duplicates)} duplicates, ${number(outOfOrder)} out of order`
  return `${isKept(verdict) ? '✔' : '✖'} ${type}: ${counts}${unexpected === 0 ? '' : `, ${number(unexpected)} that nobody produced`}`
}

/** What came of one stream before Ctrl-C, in one line; only disorder and invention are marked as wrong. */
export function renderInterrupted(type: string, verdict: Verdict): string {
  const { produced, processed, lost, duplicates, outOfOrder, unexpected } = verdict
  const wrong = [
    ...(outOfOrder === 0 ? [] : [`, ${number(outOfOrder)} out of order`]),
    ...(unexpected === 0 ? [] : [`, ${number(unexpected)} that nobody produced`]),
  ]
  const counts = `${number(produced)} produced, ${number(processed)} processed, ${number(duplicates)} duplicates`
  return `${wrong.length === 0 ? '' : '✖ '}${type}: ${counts}${wrong.join('')}; interrupted: ${number(lost)} not processed yet`
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): readonly string[] {
  const widths = head.map((cell, column) => Math.max(cell.length, ...rows.map(row => row[column]?.length ?? 0)))
  const line = (row: readonly string[]) =>
    `  ${row.map((cell, column) => (column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0))).join('  ')}`
  return [line(head), ...rows.map(line)]
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`
}

function number(value: number): string {
  return value.toLocaleString('en-US')
}

function plural(count: number, noun: string): string {
  return `${String(count)} ${noun}${count === 1 ? '' : 's'}`
}
