/** Delays that double from `baseMs` up to `maxMs`. */
export interface Backoff {
  readonly baseMs: number
  readonly maxMs: number
}

/** How long to wait after the `attempt`th failure (from 1): at random between half of the doubled delay and all of it. */
export function jitteredBackoffMs(
  attempt: number,
  { baseMs, maxMs }: Backoff,
  random: () => number = Math.random,
): number {
  const fullMs = Math.min(maxMs, baseMs * 2 ** (attempt - 1))
  return Math.round(fullMs * (0.5 + random() / 2))
}
