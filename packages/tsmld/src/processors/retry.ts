import { asError, InvalidRecordError, RecordProcessorError } from '../errors.ts'
import { type Backoff, jitteredBackoffMs } from '../session/backoff.ts'
import { misused } from './misused.ts'

/** How often a failed record is tried again before it counts as poison. */
export interface RetryOptions {
  /** How often it is tried in all. @default 5 */
  readonly attempts?: number
  /** For how long after its first failure it is tried again, in milliseconds. @default no limit */
  readonly maxElapsedMs?: number
  /** The delay after a failure, in milliseconds: about `baseMs`, doubled with each further failure up to `maxMs`, less up to half of it at random. @default { baseMs: 100, maxMs: 10_000 } */
  readonly backoff?: Backoff
  /** Whether an error may pass by itself, true or false; where it throws, or returns anything else, the shard's session fails. A record that does not fit its schema is never tried again. @default all errors */
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

/** What becomes of a record that failed: tried again after a delay, or, for null, poison. @throws as {@link isRetryable} does. */
export function retryDelayMs({ error, attempts, elapsedMs }: Failures, policy: RetryPolicy): number | null {
  if (attempts >= policy.attempts || !isRetryable(error, policy)) return null
  const delayMs = jitteredBackoffMs(attempts, policy.backoff)
  return elapsedMs + delayMs > policy.maxElapsedMs ? null : delayMs
}

/** Whether trying again makes any sense. @throws RecordProcessorError where `retryable` gives no answer: either guess could be wrong for all records. */
export function isRetryable(error: unknown, policy: RetryPolicy): boolean {
  if (error instanceof InvalidRecordError) return false
  let answer: unknown
  try {
    answer = policy.retryable(error)
  } catch (thrown) {
    const what = `retry.retryable() threw when it was asked about "${asError(error).message}": ${asError(thrown).message}`
    throw new RecordProcessorError(what, { cause: thrown })
  }
  if (typeof answer !== 'boolean') throw misused('retry.retryable()', answer, 'true or false')
  return answer
}
