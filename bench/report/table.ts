/** Aligned columns: the first `leftColumns` to the left, the rest, which are numbers, to the right. */
export function renderTable(headers: readonly string[], rows: readonly (readonly string[])[], leftColumns = 2): string {
  const widths = headers.map((header, column) =>
    Math.max(header.length, ...rows.map(row => (row[column] ?? '').length)),
  )
  const line = (cells: readonly string[]): string =>
    widths
      .map((width, column) => {
        const cell = cells[column] ?? ''
        return column < leftColumns ? cell.padEnd(width) : cell.padStart(width)
      })
      .join('  ')
      .trimEnd()
  return [line(headers), widths.map(width => '─'.repeat(width)).join('  '), ...rows.map(line)].join('\n')
}
