/** One daemon on one Node. */
export interface MatrixCell {
  readonly row: string
  readonly node: number
  readonly ok: boolean
  readonly seconds: number
}

/** The cell that a test's name, `row, Node major`, says; null for tests that are none. */
export function matrixCell(name: string, durationMs: number, ok: boolean): MatrixCell | null {
  const [, row, node] = /^(.+), Node (\d+)$/.exec(name) ?? []
  return row === undefined ? null : { row, node: Number(node), ok, seconds: Math.round(durationMs / 1_000) }
}

/** Whether there are cells, and each row has one that is ok on each of the Nodes. */
export function isWhole(cells: readonly MatrixCell[], nodes: readonly number[]): boolean {
  const has = (row: string, node: number): boolean => cells.some(each => each.row === row && each.node === node)
  return cells.length > 0 && cells.every(({ row, ok }) => ok && nodes.every(node => has(row, node)))
}

/** Draws a table as Markdown has it: a row a daemon, a column a Node. */
export function drawMatrix(cells: readonly MatrixCell[]): string {
  const nodes = [...new Set(cells.map(({ node }) => node))].sort((a, b) => a - b)
  const rows = [...new Set(cells.map(({ row }) => row))]
  const shown = (row: string, node: number): string => {
    const cell = cells.find(each => each.row === row && each.node === node)
    return cell === undefined ? '' : `${cell.ok ? '✔' : '✖'} ${cell.seconds} s`
  }
  const lines = [
    ['daemon', ...nodes.map(node => `Node ${node}`)],
    ...rows.map(row => [row, ...nodes.map(node => shown(row, node))]),
  ]
  const widths = lines[0]?.map((_, at) => Math.max(...lines.map(line => line[at]?.length ?? 0))) ?? []
  const drawn = lines.map(line => `| ${line.map((text, at) => text.padEnd(widths[at] ?? 0)).join(' | ')} |`)
  const rule = `|${widths.map(width => '-'.repeat(width + 2)).join('|')}|`
  return `${[drawn[0], rule, ...drawn.slice(1)].join('\n')}\n`
}
