import { InvalidRecordError } from '../errors.ts'
import { type Backoff, jitteredBackoffMs } from '../session/backoff.ts'

/** How often a failed record is tried again before it counts as poison. */
export interface RetryOptions {
  /** How often it is tried in all. @default 5 */
  readonly attempts?: number
  /** For how long after its first failure it is tried again, in milliseconds. @default no limit */
  readonly maxElapsedMs?: number
  /** The delay after a failure, in milliseconds: about `baseMs`, doubled with each further failure up to `maxMs`, less up to half of it at random. @default { baseMs: 100, maxMs: 10_000 } */
  readonly backoff?: Backoff
  /** Whether an error may pass by itself; what it throws means no. A record that does not fit its schema is never tried again. @default all errors */
  readonly retryable?: (error: unknown) => boolean
}

/** {@link RetryOptions}, checked, with defaults filled in. */
export type RetryPolicy = Required<RetryOptions>

/** How a record has failed so far. */
export interface Failures {
  readonly error: unknown
  readonly attempts: number
  /** How long ago the first of them was. */
  readonly elapsedMs: number
}

/** What becomes of a record that failed: tried again after a delay, or, for null, poison. */
export function retryDelayMs({ error, attempts, elapsedMs }: Failures, policy: RetryPolicy): number | null {
  if (attempts >= policy.attempts || !isRetryable(error, policy)) return null
  const delayMs = jitteredBackoffMs(attempts, policy.backoff)
  return elapsedMs + delayMs > policy.maxElapsedMs ? null : delayMs
}

/** Whether trying again makes any sense. */
export function isRetryable(error: unknown, policy: RetryPolicy): boolean {
  if (error instanceof InvalidRecordError) return false
  try {
    return policy.retryable(error)
  } catch {
    return false
  }
}
