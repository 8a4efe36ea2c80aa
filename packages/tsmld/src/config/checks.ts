/** Says what is wrong with an option's value, as the rest of a sentence, or null. What it says never repeats a value that could be secret. */
export type Check = (value: unknown) => string | null

/** Whole numbers in a range. */
export function integer(min: number, max: number = Number.MAX_SAFE_INTEGER, unit = ''): Check {
  const range = max === Number.MAX_SAFE_INTEGER ? `of at least ${min}` : `from ${min} to ${max}`
  return value =>
    typeof value === 'number' && Number.isSafeInteger(value) && value >= min && value <= max
      ? null
      : `must be a whole number ${range}${unit}, not ${shown(value)}`
}

/** Node's timers take up to 2^31 − 1, and fire at once beyond; some waits are a little longer than the option that they go by. */
const greatestMs = 2_000_000_000

/** Durations: whole milliseconds, 23 days at most. */
export function milliseconds(min: number): Check {
  const isDuration = integer(min, Number.MAX_SAFE_INTEGER, ' milliseconds')
  return value =>
    isDuration(value) ??
    ((value as number) > greatestMs ? `must be at most ${greatestMs} milliseconds, not ${shown(value)}` : null)
}

/** Texts that match a pattern whole. */
export function text(pattern = /^[^\s](.*[^\s])?$/su, what = 'a text that is not empty'): Check {
  return value => (typeof value === 'string' && pattern.test(value) ? null : `must be ${what}, not ${shown(value)}`)
}

/** One of some words. */
export function oneOf(...words: readonly string[]): Check {
  return value =>
    typeof value === 'string' && words.includes(value)
      ? null
      : `must be ${words.map(word => `'${word}'`).join(' or ')}, not ${shown(value)}`
}

/** True or false. */
export const bool: Check = value => (typeof value === 'boolean' ? null : `must be true or false, not ${shown(value)}`)

/** Functions. */
export const func: Check = value => (typeof value === 'function' ? null : `must be a function, not ${shown(value)}`)

/** Arrays of what another check takes. */
export function listOf(check: Check): Check {
  return value => {
    if (!Array.isArray(value)) return `must be an array, not ${shown(value)}`
    for (const entry of value as readonly unknown[]) {
      const problem = check(entry)
      if (problem !== null) return `has an entry that ${problem}`
    }
    return null
  }
}

/** Plain objects whose values another check takes. */
export function recordOf(check: Check): Check {
  return value => {
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      return `must be an object, not ${shown(value)}`
    for (const [key, entry] of Object.entries(value)) {
      const problem = check(entry)
      if (problem !== null) return `has '${key}', which ${problem}`
    }
    return null
  }
}

/** What another check takes, without the value in the message: it may be a secret. */
export function hidden(check: Check): Check {
  return value => check(value)?.replace(/, not .*$/s, '') ?? null
}

/** URLs of services. */
export const endpoint: Check = value => {
  if (typeof value === 'string' && URL.canParse(value) && /^https?:$/.test(new URL(value).protocol)) return null
  return `must be a URL like http://127.0.0.1:4566, not ${shown(value)}`
}

/** A value as a message shows it, never longer than 60 characters. */
export function shown(value: unknown): string {
  if (typeof value === 'string') return value.length > 58 ? `'${value.slice(0, 55)}…'` : `'${value}'`
  if (typeof value === 'function') return 'a function'
  if (Array.isArray(value)) return 'an array'
  return typeof value === 'object' && value !== null ? 'an object' : String(value)
}
