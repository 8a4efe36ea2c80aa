import { checkOptions } from '../config/check-options.ts'
import { integer, milliseconds } from '../config/checks.ts'
import { ConfigError } from '../errors.ts'
import type { KinesisRecord, Position } from '../records/record.ts'
import type { ProcessorFactory } from '../session/record-processor.ts'
import type { RecordContext } from './attempt.ts'
import type { BatchFailures } from './batch-outcome.ts'
import { BatchRunner } from './batch-runner.ts'
import { type FailureOptions, failureChecks, failurePolicy } from './processor-options.ts'

/** What gets the records, some at a time and in the shard's order. Those that it does not return as failed are done. */
export type BatchHandler<R> = (
  records: readonly R[],
  context: RecordContext,
) => Promise<BatchFailures | undefined> | Promise<void> | BatchFailures | undefined | void

/** Options of {@link eachBatch}. */
export interface EachBatchOptions<R> extends FailureOptions<R> {
  /** How many records a batch has at most. @default 500 */
  readonly maxRecords?: number
  /** How many bytes its records have at most: their data, or DynamoDB's own measure of a change. A record that is larger is a batch of its own. @default 4 MiB */
  readonly maxBytes?: number
  /** How long a record waits at most for its batch to fill, in milliseconds, while no other batch is being handled. @default 1_000 */
  readonly maxWaitMs?: number
}

const where = 'eachBatch()'

/** The checks of its options, by name. */
export const eachBatchChecks = {
  ...failureChecks,
  maxRecords: integer(1),
  maxBytes: integer(1, undefined, ' bytes'),
  maxWaitMs: milliseconds(0),
} satisfies Readonly<Record<keyof EachBatchOptions<never>, unknown>>

/**
 * Makes processors that gather records, across the KCL's own batches, and hand them to `handler`; one batch of a shard at a time. What it returns as failed is tried again, the
 * rest is done; when it throws the batch is halved until the records that fail are found.
 * @throws ConfigError on an option that is unknown or wrong.
 */
export function eachBatch<R extends Position = KinesisRecord>(
  handler: BatchHandler<R>,
  options: EachBatchOptions<R> = {},
): ProcessorFactory<R> {
  if (typeof (handler as unknown) !== 'function')
    throw new ConfigError(`${where} needs a function of records, not ${typeof handler}.`)
  checkOptions(where, options, eachBatchChecks)
  const policy = {
    ...failurePolicy(where, options),
    handler,
    maxRecords: options.maxRecords ?? 500,
    maxBytes: options.maxBytes ?? 4 << 20,
    maxWaitMs: options.maxWaitMs ?? 1_000,
  }
  return shard => new BatchRunner(shard, policy)
}
