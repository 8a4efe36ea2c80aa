/** The middle value; of an even number of values the mean of the two in the middle. @throws RangeError when there is none. */
export function median(values: readonly number[]): number {
  if (values.length === 0) throw new RangeError('no values have no median')
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  const upper = sorted[middle] as number
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] as number) + upper) / 2
}

/** The value that a part of all, between 0 and 1, do not exceed. @throws RangeError when there is none. */
export function quantile(values: readonly number[], part: number): number {
  if (values.length === 0) throw new RangeError('no values have no quantile')
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.max(0, Math.ceil(part * sorted.length) - 1)] as number
}
