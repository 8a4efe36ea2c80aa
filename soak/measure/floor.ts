// Counts of what a process holds open go up and down with what it does. A leak raises the least that there is.

/** The least of the first and of the second half of a series. */
export interface Floor {
  readonly first: number
  readonly second: number
}

/** Null where a half has no count. */
export function floorOf(counts: readonly number[]): Floor | null {
  const middle = Math.floor(counts.length / 2)
  if (middle === 0) return null
  return { first: Math.min(...counts.slice(0, middle)), second: Math.min(...counts.slice(middle)) }
}
