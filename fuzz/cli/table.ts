/** What came of a target. */
export interface TargetResult {
  readonly name: string
  readonly ok: boolean
  readonly inputs: number
  readonly seconds: number
  readonly corpus: number
  readonly branches: number
}

/** One line a target, and their sum. */
export function describeResults(results: readonly TargetResult[]): string {
  const [inputs, seconds, corpus] = (['inputs', 'seconds', 'corpus'] as const).map(name =>
    results.reduce((sum, result) => sum + result[name], 0),
  ) as [number, number, number]
  const cells = [
    ['target', '', 'inputs', 'seconds', 'corpus', 'branches'],
    ...results.map(each => [
      each.name,
      each.ok ? 'ok' : 'FOUND',
      ...[each.inputs, each.seconds.toFixed(1), each.corpus, each.branches].map(String),
    ]),
    // Targets share branches, which have no sum.
    ['all', results.every(({ ok }) => ok) ? 'ok' : 'FOUND', String(inputs), seconds.toFixed(1), String(corpus), ''],
  ]
  const widths = cells[0]?.map((_, column) => Math.max(...cells.map(row => row[column]?.length ?? 0))) ?? []
  return cells
    .map(row =>
      row
        .map((cell, column) => (column < 2 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}
