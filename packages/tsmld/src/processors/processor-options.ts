import { checkOptions } from '../config/check-options.ts'
import { type Check, func, integer, milliseconds, oneOf, shown } from '../config/checks.ts'
import type { OnPoison } from './poison.ts'
import type { OnRecordEvent } from './record-events.ts'
import type { RetryOptions, RetryPolicy } from './retry.ts'

/** What `eachRecord` and `eachBatch` have in common. */
export interface FailureOptions<R> {
  /** How often a record that fails is tried again before it is poison. */
  readonly retry?: RetryOptions
  /** What becomes of a record that goes on failing. @default 'block' */
  readonly onPoison?: OnPoison<R>
  /**
   * After how many milliseconds the handler's `signal` is aborted with a TimeoutError; that attempt has failed when it rejects. A handler that does not heed its signal is
   * waited for all the same: a record is never handled twice at a time. @default no limit
   */
  readonly timeoutMs?: number
  /** How many milliseconds lie at least between two checkpoints of a shard, each of which is a write to the lease table; 0: one for each batch of the KCL. @default 1_000 */
  readonly checkpointIntervalMs?: number
  /** Told of every record that fails, blocks, is skipped or dead-lettered: for metrics. */
  readonly onEvent?: OnRecordEvent<R>
}

/** {@link FailureOptions}, checked, with defaults filled in. */
export interface FailurePolicy<R> {
  readonly retry: RetryPolicy
  readonly onPoison: OnPoison<R>
  readonly timeoutMs: number | null
  readonly checkpointIntervalMs: number
  readonly onEvent: OnRecordEvent<R> | undefined
}

/** The checks of `retry`'s own options, by name. */
export const retryChecks: Readonly<Record<keyof RetryOptions, Check>> = {
  attempts: integer(1),
  maxElapsedMs: milliseconds(0),
  backoff: value => {
    const { baseMs, maxMs } = (value ?? {}) as Readonly<Record<string, unknown>>
    const valid = milliseconds(1)(baseMs) === null && milliseconds(1)(maxMs) === null
    if (!valid) return 'must be { baseMs, maxMs }, both whole numbers of at least 1 millisecond'
    return Number(baseMs) <= Number(maxMs)
      ? null
      : `has a baseMs of ${Number(baseMs)} above its maxMs of ${Number(maxMs)}`
  },
  retryable: func,
}

/** The checks of the options that `eachRecord` and `eachBatch` have in common. */
export const failureChecks: Readonly<Record<keyof FailureOptions<never>, Check>> = {
  retry: value => (typeof value === 'object' && value !== null ? null : `must be an object, not ${shown(value)}`),
  onPoison: value => {
    if (typeof (value as Partial<Record<string, unknown>> | null)?.['deadLetter'] === 'function') return null
    return oneOf('block', 'skip')(value)?.replace("'skip'", "'skip' or deadLetter(sink)") ?? null
  },
  timeoutMs: milliseconds(1),
  checkpointIntervalMs: milliseconds(0),
  onEvent: func,
}

/** Fills in defaults. @throws ConfigError on a retry option that is unknown or wrong. */
export function failurePolicy<R>(where: string, options: FailureOptions<R>): FailurePolicy<R> {
  const retry = options.retry ?? {}
  checkOptions(`'retry' of ${where}`, retry, retryChecks)
  return {
    retry: {
      attempts: retry.attempts ?? 5,
      maxElapsedMs: retry.maxElapsedMs ?? Number.POSITIVE_INFINITY,
      backoff: retry.backoff ?? { baseMs: 100, maxMs: 10_000 },
      retryable: retry.retryable ?? (() => true),
    },
    onPoison: options.onPoison ?? 'block',
    timeoutMs: options.timeoutMs ?? null,
    checkpointIntervalMs: options.checkpointIntervalMs ?? 1_000,
    onEvent: options.onEvent,
  }
}
