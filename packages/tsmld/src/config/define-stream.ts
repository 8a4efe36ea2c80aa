import type { StreamViewType } from '../records/dynamodb-record.ts'
import type { ProcessorFactory } from '../session/record-processor.ts'
import type { DynamodbStreamOptions, KinesisStreamOptions } from './stream-options.ts'

/** A stream as {@link kinesisStream}, {@link dynamodbStream} and `streamFromProperties` describe it; checked by `createRuntime`. */
export interface StreamDefinition {
  readonly type: 'kinesis' | 'dynamodb'
  readonly options: Readonly<Record<string, unknown>> & { readonly processor: ProcessorFactory<never> }
  /** Whether what is not given is left to the KCL altogether, as for a properties file that worked before. */
  readonly kclDefaults: boolean
  /** What the runtime should log about how this was read. */
  readonly notes: readonly string[]
}

/** Describes a Kinesis stream and what processes it. */
export function kinesisStream(options: KinesisStreamOptions): StreamDefinition {
  return { type: 'kinesis', options: { ...options }, kclDefaults: false, notes: [] }
}

// This one first: only so does a handler without annotations get records, rather than `unknown`, where no item is given.
/** Describes a DynamoDB stream and what processes it; its items are of no known type. */
export function dynamodbStream(options: DynamodbStreamOptions): StreamDefinition
/**
 * Describes a DynamoDB stream and what processes it. `Item` is the table's item; `View`, the stream's view type, says which images the records have.
 * Neither is checked at run time.
 */
export function dynamodbStream<Item extends object, View extends StreamViewType = StreamViewType>(
  options: DynamodbStreamOptions<Item, View>,
): StreamDefinition
export function dynamodbStream(options: DynamodbStreamOptions): StreamDefinition {
  return { type: 'dynamodb', options: { ...options }, kclDefaults: false, notes: [] }
}
