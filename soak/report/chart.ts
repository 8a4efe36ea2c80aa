// A series by time, as one line of blocks.

const blocks = '▁▂▃▄▅▆▇█'

/** Draws the means of equal stretches of time, from the least to the greatest of them; a stretch without a value is blank. */
export function spark(points: readonly { atMs: number; value: number }[], lengthMs: number, width: number): string {
  const columns = Array.from({ length: width }, (_, column) => {
    const values = points
      .filter(({ atMs }) => Math.floor((atMs / lengthMs) * width) === column)
      .map(({ value }) => value)
    return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length
  })
  const known = columns.filter(value => value !== null)
  const [least, greatest] = [Math.min(...known), Math.max(...known)]
  return columns
    .map(value => {
      if (value === null) return ' '
      const share = greatest === least ? 0 : (value - least) / (greatest - least)
      return blocks[Math.min(blocks.length - 1, Math.floor(share * blocks.length))]
    })
    .join('')
}

/** A mark for each event, above the columns of the charts; of two in one column the later. */
export function marks(events: readonly { atMs: number; mark: string }[], lengthMs: number, width: number): string {
  const columns = Array.from({ length: width }, () => ' ')
  for (const { atMs, mark } of events) columns[Math.min(width - 1, Math.floor((atMs / lengthMs) * width))] = mark
  return columns.join('')
}
