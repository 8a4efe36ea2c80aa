import { dynamodbStream, kinesisStream, type StreamDefinition } from '../../src/config/define-stream.ts'
import type { DynamodbStreamOptions, KinesisStreamOptions } from '../../src/config/stream-options.ts'

export const kinesisArn = 'arn:aws:kinesis:eu-west-1:123456789012:stream/clicks'
export const dynamodbArn = 'arn:aws:dynamodb:eu-west-1:123456789012:table/items/stream/2026-11-23T00:00:00.000'

const processor = (): { processRecords(): void } => ({ processRecords() {} })

/** A smallest Kinesis stream, with some options. */
export function clicks(options: Partial<KinesisStreamOptions> = {}): StreamDefinition {
  return kinesisStream({ streamName: 'clicks', applicationName: 'clicks-cache', processor, ...options })
}

/** A smallest DynamoDB stream, with some options. */
export function items(options: Partial<DynamodbStreamOptions> = {}): StreamDefinition {
  return dynamodbStream({ tableName: 'items', applicationName: 'items-cache', processor, ...options })
}

/** Options as JavaScript callers may give them. */
export function untyped<Options>(options: Record<string, unknown>): Partial<Options> {
  return options as Partial<Options>
}
