// The slope of a series, with how sure one can be of it: a least-squares line, and Student's t for its confidence.

/** A value at a time. */
export interface Point {
  readonly atMs: number
  readonly value: number
}

/** A line through points, its slope per hour, and within what it lies with 95 % confidence. */
export interface Slope {
  readonly perHour: number
  readonly lower: number
  readonly upper: number
  readonly points: number
}

const msPerHour = 3_600_000

/** Null where there are too few points to say anything. */
export function slopeOf(points: readonly Point[]): Slope | null {
  const count = points.length
  const freedom = count - 2
  if (freedom < 1) return null
  const meanX = mean(points.map(({ atMs }) => atMs / msPerHour))
  const meanY = mean(points.map(({ value }) => value))
  let xx = 0
  let xy = 0
  let yy = 0
  for (const { atMs, value } of points) {
    const [dx, dy] = [atMs / msPerHour - meanX, value - meanY]
    xx += dx * dx
    xy += dx * dy
    yy += dy * dy
  }
  if (xx === 0) return null
  const perHour = xy / xx
  const residual = Math.max(0, yy - perHour * xy)
  const margin = studentT(freedom) * Math.sqrt(residual / freedom / xx)
  return { perHour, lower: perHour - margin, upper: perHour + margin, points: count }
}

/**
 * The means of equal stretches of time. Neighbouring samples of a process's memory are alike, so that each by itself would count for more than it tells, and the confidence would be
 * too good to be true.
 */
export function inBlocks(points: readonly Point[], blockMs: number): Point[] {
  const blocks = new Map<number, Point[]>()
  for (const point of points) {
    const at = Math.floor(point.atMs / blockMs)
    blocks.set(at, [...(blocks.get(at) ?? []), point])
  }
  return [...blocks.values()].map(block => ({
    atMs: mean(block.map(({ atMs }) => atMs)),
    value: mean(block.map(({ value }) => value)),
  }))
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length

const quantiles = [12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228]

/** The two-sided 95 % quantile of Student's t: a table, and beyond it a formula that is right to 1 %. */
function studentT(freedom: number): number {
  return quantiles[freedom - 1] ?? 1.96 + 2.5 / freedom
}
