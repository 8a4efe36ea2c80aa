import { InvalidRecordError, type SchemaIssue } from '../errors.ts'
import type { DynamodbRecord } from '../records/dynamodb-record.ts'
import type { KinesisRecord, Position } from '../records/record.ts'
import type { RecordContext } from './attempt.ts'
import type { SchemaOutput, SchemaResult, StandardSchema } from './standard-schema.ts'
import { isThenable } from './thenable.ts'

/** A schema's value out of a record: of a DynamoDB stream it is undefined where the item was deleted. */
export type RecordValue<S extends StandardSchema, R> = R extends { readonly eventName: string }
  ? SchemaOutput<S> | undefined
  : SchemaOutput<S>

/** What gets each value, with its record, beside the shard and the attempt; what it returns does not matter. */
export type ValueHandler<S extends StandardSchema, R> = (
  value: RecordValue<S, R>,
  record: R,
  context: RecordContext,
) => unknown

/** Puts a schema before a handler; an asynchronous schema is awaited, and so is what gives it its value. */
export function validated<S extends StandardSchema, R extends Position>(
  schema: S,
  handler: ValueHandler<S, R>,
  parse: ((record: R) => unknown) | undefined,
): (record: R, context: RecordContext) => unknown {
  const { validate } = schema['~standard']
  const handle = (result: SchemaResult<unknown>, record: R, context: RecordContext): unknown => {
    if (result.issues !== undefined) throw misfit(record, result.issues)
    return handler(result.value, record, context)
  }
  const check = (parsed: unknown, record: R, context: RecordContext): unknown => {
    const result = validate(parsed)
    return isThenable(result) ? result.then(late => handle(late, record, context)) : handle(result, record, context)
  }
  return (record, context) => {
    const parsed = parse === undefined ? defaultValue(record) : parsedAs(record, parse)
    if (parsed === undefined && parse === undefined) return handler(undefined, record, context)
    return isThenable(parsed) ? parsed.then(late => check(late, record, context)) : check(parsed, record, context)
  }
}

/** @throws InvalidRecordError on Kinesis data that is not JSON, and where a DynamoDB stream has no new images. */
function defaultValue(record: Position & Partial<KinesisRecord> & Partial<DynamodbRecord>): unknown {
  if (record.data !== undefined) return jsonOf(record.data, record)
  if (record.newImage === undefined && record.eventName !== 'REMOVE')
    throw new InvalidRecordError(
      `The record ${record.sequenceNumber} has no new image, which its schema is for: the stream's view type is ${String(record.streamViewType)}. Say what to take by 'parse'.`,
    )
  return record.newImage
}

function jsonOf(data: Buffer, { sequenceNumber }: Position): unknown {
  try {
    return JSON.parse(data.toString())
  } catch {
    // Its error quotes the record.
    throw new InvalidRecordError(`The record ${sequenceNumber} is not JSON.`)
  }
}

function parsedAs<R extends Position>(record: R, parse: (record: R) => unknown): unknown {
  try {
    return parse(record)
  } catch (error) {
    throw new InvalidRecordError(`The record ${record.sequenceNumber} cannot be parsed.`, { cause: error })
  }
}

const shownIssues = 3

function misfit({ sequenceNumber }: Position, issues: readonly SchemaIssue[]): InvalidRecordError {
  const paths = issues.slice(0, shownIssues).map(({ path = [] }) => path.map(keyOf).join('.') || 'its root')
  const more = issues.length > shownIssues ? ` and ${issues.length - shownIssues} more` : ''
  return new InvalidRecordError(`The record ${sequenceNumber} does not fit its schema at ${paths.join(', ')}${more}.`, {
    issues,
  })
}

const keyOf = (part: PropertyKey | { readonly key: PropertyKey }): string =>
  String(typeof part === 'object' ? part.key : part)
