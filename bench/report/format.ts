/** A number with three significant digits, and `k` or `M` where it is large. */
export function shortNumber(value: number): string {
  if (!Number.isFinite(value)) return '–'
  const units: readonly (readonly [number, string])[] = [
    [1e6, ' M'],
    [1e3, ' k'],
  ]
  // What would be rounded up to 1,000 belongs to the next unit.
  const [size, unit] = units.find(([least]) => Math.abs(value) >= least * 0.9995) ?? [1, '']
  return `${threeDigits(value / size)}${unit}`
}

function threeDigits(value: number): string {
  const digits = value === 0 ? 0 : Math.floor(Math.log10(Math.abs(value))) + 1
  return value.toFixed(Math.max(0, Math.min(2, 3 - digits)))
}

/** Bytes as `100 B`, `1 KiB`, `1.5 MiB`. */
export function shortBytes(bytes: number): string {
  if (bytes < 1_024) return `${bytes} B`
  if (bytes < 1 << 20) return `${Number((bytes / 1_024).toFixed(1))} KiB`
  if (bytes >= 2 ** 30) return `${(bytes / 2 ** 30).toFixed(1)} GiB`
  return `${Number((bytes / (1 << 20)).toFixed(bytes < 10 << 20 ? 1 : 0))} MiB`
}

/** A ratio as `8.31 ×`; nothing where there is none. */
export function shortRatio(ratio: number | null): string {
  return ratio === null ? '' : `${ratio >= 99.95 ? ratio.toFixed(0) : threeDigits(ratio)} ×`
}

/** A duration as `1:02`. */
export function minutes(ms: number): string {
  const seconds = Math.floor(ms / 1_000)
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`
}
