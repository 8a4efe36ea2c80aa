import { ConfigError } from '../errors.ts'
import { shown } from './checks.ts'

/** What a stream is, wherever it was named: by name, table or ARN. Null is "not given". */
export interface StreamIdentity {
  /** The Kinesis stream's name, or the table's; a person's name for it. */
  readonly label: string
  readonly streamName: string | null
  readonly tableName: string | null
  readonly streamArn: string | null
  /** The region in the ARN; null as well for DynamoDB Local's `ddblocal`, which is none. */
  readonly arnRegion: string | null
}

// As KCL 3's StreamIdentifier and the DynamoDB Streams adapter's KinesisMapperUtil read them.
const kinesisArn = /^arn:aws[\w-]*:kinesis:([-a-z0-9]+):\d{12}:stream\/([\w.-]{1,128})$/
const dynamodbArn = /^arn:aws[\w-]*:dynamodb:([-a-z0-9]+):\d{12}:table\/([\w.-]{3,255})\/stream\/(\S+)$/

/** Whether a text is a DynamoDB stream's ARN. */
export function isDynamodbStreamArn(text: string): boolean {
  return dynamodbArn.test(text)
}

/**
 * Identifies a Kinesis stream by exactly one of its name and its ARN.
 * @throws ConfigError when neither or both are given, or the ARN is none of a Kinesis stream.
 */
export function kinesisIdentity(
  where: string,
  streamName: string | undefined,
  streamArn: string | undefined,
): StreamIdentity {
  exactlyOne(where, 'streamName', streamName, streamArn)
  if (streamArn === undefined)
    return {
      label: streamName ?? '',
      streamName: streamName ?? null,
      tableName: null,
      streamArn: null,
      arnRegion: null,
    }
  const match = kinesisArn.exec(streamArn)
  if (match?.[1] === undefined || match[2] === undefined) {
    const hint = isDynamodbStreamArn(streamArn) ? ': it is a DynamoDB stream, use dynamodbStream()' : ''
    throw new ConfigError(
      `Option 'streamArn' of ${where} must be arn:aws:kinesis:<region>:<account>:stream/<name>, not ${shown(streamArn)}${hint}`,
    )
  }
  return { label: match[2], streamName: match[2], tableName: null, streamArn, arnRegion: match[1] }
}

/**
 * Identifies a DynamoDB stream by exactly one of its table and its ARN.
 * @throws ConfigError when neither or both are given, or the ARN is none of a DynamoDB stream.
 */
export function dynamodbIdentity(
  where: string,
  tableName: string | undefined,
  streamArn: string | undefined,
): StreamIdentity {
  exactlyOne(where, 'tableName', tableName, streamArn)
  if (streamArn === undefined)
    return { label: tableName ?? '', streamName: null, tableName: tableName ?? null, streamArn: null, arnRegion: null }
  const match = dynamodbArn.exec(streamArn)
  if (match?.[1] === undefined || match[2] === undefined) {
    const hint = kinesisArn.test(streamArn) ? ': it is a Kinesis stream, use kinesisStream()' : ''
    throw new ConfigError(
      `Option 'streamArn' of ${where} must be arn:aws:dynamodb:<region>:<account>:table/<name>/stream/<label>, not ${shown(streamArn)}${hint}`,
    )
  }
  return {
    label: match[2],
    streamName: null,
    tableName: null,
    streamArn,
    arnRegion: match[1] === 'ddblocal' ? null : match[1],
  }
}

function exactlyOne(where: string, name: string, named: string | undefined, arn: string | undefined): void {
  if (named === undefined && arn === undefined)
    throw new ConfigError(`Option '${name}' of ${where} is missing: give it or 'streamArn'`)
  if (named !== undefined && arn !== undefined)
    throw new ConfigError(`Options '${name}' and 'streamArn' of ${where} are both given: give one of them`)
}
