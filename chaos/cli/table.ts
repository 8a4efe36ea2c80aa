import type { RunLine } from '../report/run-line.ts'

/** A run of the closing table; `isEarlier`: the file of `--out` had it. */
export interface Row {
  readonly line: Pick<
    RunLine,
    'seed' | 'ok' | 'produced' | 'lost' | 'unexpected' | 'outOfOrder' | 'duplicates' | 'struck' | 'takeoverMs'
  >
  readonly isEarlier: boolean
}

const mark = '*'

/** One line a seed, in the order in which they were asked for. */
export function describeAll(rows: readonly Row[], seeds: readonly number[], out: string | null): string {
  const header = ['seed', '', 'produced', 'lost', 'unexp.', 'disorder', 'dupl.', 'struck', 'take-over ms']
  const inOrder = [...rows].sort((a, b) => seeds.indexOf(a.line.seed) - seeds.indexOf(b.line.seed))
  const cells = inOrder.map(({ line, isEarlier }) => [
    `${line.seed}${isEarlier ? mark : ''}`,
    line.ok ? 'ok' : 'NOT OK',
    line.produced,
    line.lost,
    line.unexpected,
    line.outOfOrder,
    line.duplicates,
    line.struck,
    line.takeoverMs.join(' '),
  ])
  return [
    ...[header, ...cells].map(row => row.map(cell => String(cell).padStart(8)).join('  ')),
    ...(rows.some(({ isEarlier }) => isEarlier) ? [`${mark} not run now: ${out} had it`] : []),
  ].join('\n')
}
