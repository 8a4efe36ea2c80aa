import { shown } from '../config/checks.ts'
import { RecordProcessorError } from '../errors.ts'
import type { Position } from '../records/record.ts'
import { jitteredBackoffMs } from '../session/backoff.ts'
import type { BatchItem } from './batch-accumulator.ts'
import { misused } from './misused.ts'
import { isRetryable, type RetryPolicy, retryDelayMs } from './retry.ts'

/** What a batch's handler may return: the records that failed; all others are done. Those of a batch that it returns nothing for are done, all of them. */
export interface BatchFailures {
  readonly failed: readonly Position[]
}

/** Records that go to the handler together. */
export interface BatchPart<R> {
  readonly items: readonly BatchItem<R>[]
  /** How often these very records have failed. */
  readonly attempts: number
  /** When they first did. */
  readonly failedAt: number | null
}

/** What came of an attempt: records that are done, parts that are handled after a delay, in this order, or a part that is poison. */
export interface AfterAttempt<R> {
  readonly done: readonly BatchItem<R>[]
  readonly next: readonly BatchPart<R>[]
  readonly delayMs: number
  readonly poison: BatchPart<R> | null
  /** What failed; undefined where nothing did. */
  readonly error?: unknown
}

/** Records that have not been tried yet. */
export const untried = <R>(items: readonly BatchItem<R>[]): BatchPart<R> => ({ items, attempts: 0, failedAt: null })

/** The handler returned `result`. @throws RecordProcessorError where that is no {@link BatchFailures}, or names what is not in the batch: it says nothing of what is done. */
export function afterReturn<R extends Position>(
  part: BatchPart<R>,
  result: unknown,
  policy: RetryPolicy,
  now: number,
): AfterAttempt<R> {
  const failed = failedItems(part.items, result)
  if (failed.length === 0) return { done: part.items, next: [], delayMs: 0, poison: null }
  const names = new Set(failed)
  const done = part.items.filter(item => !names.has(item))
  const error = new RecordProcessorError('The handler of its batch said that the record failed.')
  return { ...triedAgain({ ...part, items: failed }, error, policy, now), done }
}

/**
 * The handler threw: a record alone is tried again as the policy says; more are halved, so that those that fail are found. Halves are handled after a delay that grows with the throws in
 * a row, so that a sink that is down is asked gently, while after any success it is short again.
 */
export function afterThrow<R>(
  part: BatchPart<R>,
  error: unknown,
  policy: RetryPolicy,
  now: number,
  throwsInRow: number,
): AfterAttempt<R> {
  const { items } = part
  if (items.length === 1) return triedAgain(part, error, policy, now)
  const middle = Math.ceil(items.length / 2)
  return {
    done: [],
    next: [untried(items.slice(0, middle)), untried(items.slice(middle))],
    delayMs: isRetryable(error, policy) ? jitteredBackoffMs(throwsInRow, policy.backoff) : 0,
    poison: null,
    error,
  }
}

function triedAgain<R>(before: BatchPart<R>, error: unknown, policy: RetryPolicy, now: number): AfterAttempt<R> {
  const part = { ...before, attempts: before.attempts + 1, failedAt: before.failedAt ?? now }
  const delayMs = retryDelayMs({ error, attempts: part.attempts, elapsedMs: now - part.failedAt }, policy)
  return delayMs === null
    ? { done: [], next: [], delayMs: 0, poison: part, error }
    : { done: [], next: [part], delayMs, poison: null, error }
}

function failedItems<R extends Position>(items: readonly BatchItem<R>[], result: unknown): readonly BatchItem<R>[] {
  if (result === undefined || result === null) return []
  const { failed } = result as Partial<BatchFailures>
  if (!Array.isArray(failed)) throw misused(theHandler, result, nothingOrFailed)
  const byPosition = new Map(items.map(item => [positionText(item.record), item]))
  const named = new Set<BatchItem<R>>()
  for (const position of failed as readonly (Partial<Position> | null | undefined)[]) {
    const item = byPosition.get(positionText(position ?? {}))
    if (item === undefined)
      throw new RecordProcessorError(
        `${theHandler} returned as failed what is no record of its batch, ${shown(position?.sequenceNumber ?? position)}: it must return ${nothingOrFailed}.`,
      )
    named.add(item)
  }
  return items.filter(item => named.has(item))
}

const theHandler = 'The handler of eachBatch()'
const nothingOrFailed = 'nothing, or { failed: [records] } with records of its batch'

const positionText = ({ sequenceNumber, subSequenceNumber }: Partial<Position>): string =>
  `${sequenceNumber}/${subSequenceNumber}`
