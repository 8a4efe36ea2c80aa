import { readFileSync } from 'node:fs'
import { ConfigError } from '../errors.ts'
import type { DynamodbRecord } from '../records/dynamodb-record.ts'
import type { KinesisRecord } from '../records/record.ts'
import type { ProcessorFactory } from '../session/record-processor.ts'
import type { StreamDefinition } from './define-stream.ts'
import { parseProperties } from './properties-file.ts'
import { canonicalProperty, isKnownProperty } from './property-names.ts'
import { isDynamodbStreamArn } from './stream-identity.ts'
import type { TreeOptions } from './stream-options.ts'

/** Options beside a properties file: how tsmld runs its stream. */
export type StreamFromPropertiesOptions = Omit<TreeOptions, 'properties'>

/**
 * Describes a stream by a properties file of aws-kcl or of erlmld, as it is: what the file does not say is left to the KCL's own defaults, not tsmld's, but for credentials, heartbeats and how often a worker reports
 * (so a file without `retrievalMode` and polling settings means enhanced fan-out). A DynamoDB stream's ARN as `streamName` makes a DynamoDB stream.
 * @throws ConfigError when the file cannot be read or names no application or stream.
 */
export function streamFromProperties<R extends KinesisRecord | DynamodbRecord<object>>(
  file: string | URL,
  processor: ProcessorFactory<R>,
  options: StreamFromPropertiesOptions = {},
): StreamDefinition {
  let text: string
  try {
    text = readFileSync(file, 'latin1')
  } catch (error) {
    throw new ConfigError(`The properties file ${String(file)} cannot be read: ${(error as Error).message}`, {
      cause: error,
    })
  }
  const stream = readStream(String(file), parseProperties(text))
  return { ...stream, options: { ...stream.options, ...options, processor } }
}

const ignored: Readonly<Record<string, string>> = {
  executableName: 'the processor runs in this process',
  processingLanguage: 'it is for child processes',
}

/** What a file's properties say about the stream, without its processor. */
export function readStream(
  file: string,
  properties: Readonly<Record<string, string>>,
): Omit<StreamDefinition, 'options'> & { readonly options: Readonly<Record<string, unknown>> } {
  const notes: string[] = []
  const given = new Map<string, string>()
  for (const [key, value] of Object.entries(properties)) {
    const name = canonicalProperty(key)
    const reason = Object.hasOwn(ignored, name) ? ignored[name] : undefined
    if (reason !== undefined) notes.push(`Property '${name}' in ${file} is not used: ${reason}`)
    else if (value.trim() !== '') given.set(name, value.trim())
    else if (!isKnownProperty(name))
      notes.push(`The line '${key.slice(0, 55)}' in ${file} is no property with a value: it is not used`)
  }
  const take = (name: string): string | undefined => {
    const value = given.get(name)
    given.delete(name)
    return value
  }
  const applicationName = take('applicationName')
  const streamName = take('streamName')
  const streamArn = take('streamArn')
  if (applicationName === undefined) throw new ConfigError(`Property 'applicationName' is missing in ${file}`)
  const stream = streamArn ?? streamName
  if (stream === undefined) throw new ConfigError(`Property 'streamName' or 'streamArn' is missing in ${file}`)
  if (streamArn !== undefined && streamName !== undefined)
    notes.push(`Property 'streamName' in ${file} is not used: 'streamArn' goes before it`)
  const identity = stream.startsWith('arn:') ? { streamArn: stream } : { streamName: stream }
  const type = isDynamodbStreamArn(stream) ? 'dynamodb' : 'kinesis'
  return {
    type,
    options: { ...identity, applicationName, properties: Object.fromEntries(given) },
    kclDefaults: true,
    notes,
  }
}
