import { checkOptions } from '../config/check-options.ts'
import { func, integer } from '../config/checks.ts'
import { ConfigError } from '../errors.ts'
import type { KinesisRecord, Position } from '../records/record.ts'
import { recordKey } from '../records/record-key.ts'
import type { ProcessorFactory } from '../session/record-processor.ts'
import type { RecordContext } from './attempt.ts'
import { type FailureOptions, failureChecks, failurePolicy } from './processor-options.ts'
import type { RecordPolicy } from './record-policy.ts'
import { RecordRunner } from './record-runner.ts'
import type { StandardSchema } from './standard-schema.ts'
import { type ValueHandler, validated } from './validated.ts'

/** What gets each record. It is done when this returns, or its promise resolves; with what does not matter. */
export type RecordHandler<R> = (record: R, context: RecordContext) => unknown

/** Options of {@link eachRecord}. */
export interface EachRecordOptions<R> extends FailureOptions<R> {
  /** How many records of one shard are handled at a time; those of one key always one by one, in order. 1 keeps the whole shard's order. @default 1 */
  readonly concurrency?: number
  /**
   * What records have in common whose order matters, with a concurrency above 1; those for which it is null have one order among themselves.
   * @default a Kinesis record's partition key, a DynamoDB record's item
   */
  readonly key?: (record: R) => string | null
  /** Records for which it is false are done without a word, before anything else is read of them. It must not wait for anything. */
  readonly filter?: (record: R) => boolean
  /** How many records may have been begun from the oldest that is not done on before the shard waits: no more, beside the KCL's last batch, come twice after a failure. @default 10_000 */
  readonly maxAhead?: number
}

/** Options of {@link eachRecord} with a schema. */
export interface EachValueOptions<R> extends EachRecordOptions<R> {
  /** What the schema is given of a record, or a promise of it; what it throws makes the record poison, what it rejects with is tried again. @default a Kinesis record's data as JSON, a DynamoDB record's new image */
  readonly parse?: (record: R) => unknown
}

/**
 * Makes processors that hand each record to `handler`, some at a time, in order for each key, and try again what fails. By default a record that goes on failing blocks its shard,
 * loudly. The checkpoint is the highest record whose every predecessor is done.
 * @throws ConfigError on an option that is unknown or wrong.
 */
export function eachRecord<R extends Position = KinesisRecord>(
  handler: RecordHandler<R>,
  options?: EachRecordOptions<R>,
): ProcessorFactory<R>
/**
 * The same with a schema of zod, valibot or any other library of the Standard Schema: `handler` gets the value, typed, and then the record. What does not fit is poison at once.
 * @throws ConfigError on an option that is unknown or wrong.
 */
export function eachRecord<S extends StandardSchema, R extends Position = KinesisRecord>(
  schema: S,
  handler: ValueHandler<S, R>,
  options?: EachValueOptions<R>,
): ProcessorFactory<R>
export function eachRecord<R extends Position>(first: unknown, second?: unknown, third?: unknown): ProcessorFactory<R> {
  const withSchema = isSchema(first) && typeof second === 'function'
  const policy = withSchema
    ? valuePolicy(first, second as ValueHandler<StandardSchema, R>, (third ?? {}) as EachValueOptions<R>)
    : recordPolicy(first as RecordHandler<R>, (second ?? {}) as EachRecordOptions<R>)
  return shard => new RecordRunner(shard, policy)
}

const where = 'eachRecord()'

/** The checks of its options, by name. */
export const eachRecordChecks = {
  ...failureChecks,
  concurrency: integer(1),
  key: func,
  filter: func,
  maxAhead: integer(1),
} satisfies Readonly<Record<keyof EachRecordOptions<never>, unknown>>

function recordPolicy<R extends Position>(handler: RecordHandler<R>, options: EachRecordOptions<R>): RecordPolicy<R> {
  if (typeof (handler as unknown) !== 'function')
    throw new ConfigError(
      `${where} needs a function of a record, or a schema and a function of its value, not ${typeof handler}.`,
    )
  if (isSchema(handler)) throw new ConfigError(`${where} was given a schema without a handler of its values.`)
  if (isSchema(options))
    throw new ConfigError(`${where} was given a handler and then a schema: the schema comes first.`)
  checkOptions(where, options, eachRecordChecks)
  return policyOf(handler, options)
}

function valuePolicy<R extends Position>(
  schema: StandardSchema,
  handler: ValueHandler<StandardSchema, R>,
  { parse, ...options }: EachValueOptions<R>,
): RecordPolicy<R> {
  checkOptions(where, { ...options, parse }, { ...eachRecordChecks, parse: func })
  return policyOf(validated(schema, handler, parse), options)
}

function policyOf<R extends Position>(
  handler: RecordPolicy<R>['handler'],
  options: EachRecordOptions<R>,
): RecordPolicy<R> {
  return {
    ...failurePolicy(where, options),
    handler,
    concurrency: options.concurrency ?? 1,
    key: options.key ?? recordKey,
    filter: options.filter,
    maxAhead: options.maxAhead ?? 10_000,
  }
}

/** Some libraries' schemas are functions. */
function isSchema(value: unknown): value is StandardSchema {
  return (typeof value === 'object' || typeof value === 'function') && value !== null && '~standard' in value
}
