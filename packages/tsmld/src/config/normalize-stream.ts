import { ConfigError } from '../errors.ts'
import type { NumberForm } from '../records/attribute-value.ts'
import type { ProcessorFactory } from '../session/record-processor.ts'
import type { NormalizedDaemon } from './daemon-options.ts'
import type { StreamDefinition } from './define-stream.ts'
import { didYouMean } from './did-you-mean.ts'
import { mergeLevels, type OptionLevel, readLevel } from './merge-options.ts'
import {
  type KclSettings,
  type KclVersion,
  kclOf,
  type NormalizedStream,
  type PropertiesTarget,
} from './normalized-stream.ts'
import { dynamodbOptionTable, kinesisOptionTable, type OptionRow } from './option-table.ts'
import { isKnownProperty, knownProperties, optionOfProperty } from './property-names.ts'
import { assertPropertyValues } from './property-values.ts'
import { dynamodbIdentity, kinesisIdentity, type StreamIdentity } from './stream-identity.ts'
import type { KclOptions, LogLevel, OnStall, StreamDefaults } from './stream-options.ts'
import { assertConsistent, forStockOnly } from './stream-rules.ts'
import { translateProperties } from './translate-properties.ts'

/** What only tsmld reads of a stream; the rest becomes properties. */
const notSettings = new Set(
  [
    'applicationName streamName streamArn tableName processor numbers fastStart startStaggerMs stallTimeoutMs onStall',
    'logLevels properties',
    'daemon kclVersion javaPath heapBytes jvmArgs env classpath bridge',
  ].flatMap(line => line.split(' ')),
)

/** Options that belong to one stream only. */
const notDefaults = [
  'applicationName',
  'streamName',
  'streamArn',
  'tableName',
  'processor',
  'consumerName',
  'consumerArn',
]

/** Every option that `defaults` takes. */
const defaultsTable: Readonly<Record<string, OptionRow>> = Object.fromEntries(
  Object.entries({ ...dynamodbOptionTable, ...kinesisOptionTable }).filter(([name]) => !notDefaults.includes(name)),
)

/**
 * Checks one stream and fills in defaults: its own options first, then the runtime's, then tsmld's; the rest is the KCL's.
 * @throws ConfigError naming the option that is unknown, missing, wrong, or at odds with another.
 */
export function normalizeStream(definition: StreamDefinition, defaults: StreamDefaults = {}): NormalizedStream {
  const { type } = definition
  const table: Readonly<Record<string, OptionRow>> = type === 'kinesis' ? kinesisOptionTable : dynamodbOptionTable
  const where = `${type} stream ${describe(definition.options)}`
  const own = readLevel(where, definition.options, table)
  for (const required of ['applicationName', 'processor'])
    if (!own.options.has(required)) throw new ConfigError(`Option '${required}' of ${where} is missing`)
  const identity = identify(type, where, own)
  const target = chooseTarget(where, type, {
    daemon: own.options.get('daemon') ?? defaults.daemon,
    own: own.options.get('kclVersion'),
    // Of a runtime's default only Kinesis streams have a choice.
    fallback: type === 'kinesis' ? defaults.kclVersion : undefined,
  })
  const merged = mergeLevels(
    own,
    usable(readLevel("'defaults'", { ...defaults }, defaultsTable), table, own, where, target),
  )
  const properties = translateProperties(where, merged.properties, type, target)
  const value = (name: string): unknown => merged.options.get(name)
  const stream: NormalizedStream = {
    ...identity,
    type,
    name: (value('applicationName') as string | undefined) ?? '',
    region: (value('region') as string | undefined) ?? properties.values.get('regionName') ?? identity.arnRegion,
    processor: value('processor') as ProcessorFactory<unknown>,
    numbers: (value('numbers') as NumberForm | undefined) ?? 'number',
    daemon: normalizeDaemon(merged.options),
    target,
    fastStart: (value('fastStart') as boolean | undefined) ?? false,
    startStaggerMs: (value('startStaggerMs') as number | undefined) ?? 0,
    stallTimeoutMs: (value('stallTimeoutMs') as number | undefined) ?? 300_000,
    onStall: (value('onStall') as OnStall | undefined) ?? 'warn',
    logLevels: (value('logLevels') as Record<string, LogLevel> | undefined) ?? {},
    settings: settle(type, merged.options, properties.values, definition.kclDefaults),
    properties: Object.fromEntries(properties.values),
    notes: [...definition.notes, ...properties.notes, ...unknownProperties(where, properties.values)],
  }
  assertPropertyValues(where, properties.values)
  assertConsistent(where, stream, own)
  return stream
}

function describe(options: Readonly<Record<string, unknown>>): string {
  const name = ['applicationName', 'streamName', 'tableName', 'streamArn']
    .map(key => options[key])
    .find(text => typeof text === 'string')
  return name === undefined ? 'without a name' : `'${name}'`
}

function identify(type: 'kinesis' | 'dynamodb', where: string, own: OptionLevel): StreamIdentity {
  const value = (name: string): string | undefined => own.options.get(name) as string | undefined
  return type === 'kinesis'
    ? kinesisIdentity(where, value('streamName'), value('streamArn'))
    : dynamodbIdentity(where, value('tableName'), value('streamArn'))
}

/** AWS has a stock daemon for DynamoDB streams on KCL 1 only. */
function chooseTarget(
  where: string,
  type: 'kinesis' | 'dynamodb',
  { daemon, own, fallback }: { readonly daemon: unknown; readonly own: unknown; readonly fallback: unknown },
): PropertiesTarget {
  if (daemon !== 'stock') return 'embedded'
  if (type === 'dynamodb' && own !== undefined && own !== 1)
    throw new ConfigError(
      `Option 'kclVersion' of ${where} must be 1: AWS has no other stock daemon for DynamoDB streams; the embedded daemon is KCL 3`,
    )
  const version = (own ?? fallback ?? (type === 'kinesis' ? 3 : 1)) as KclVersion
  return `stock-kcl${version}`
}

/** Defaults hold for streams of both types and daemons: what this stream has no use for is left out, what it has is checked by its own rules. */
function usable(
  defaults: OptionLevel,
  table: Readonly<Record<string, OptionRow>>,
  own: OptionLevel,
  where: string,
  target: PropertiesTarget,
): OptionLevel {
  const stock = target !== 'embedded'
  const fanOut = own.options.get('retrievalMode') === 'FANOUT'
  const options = new Map<string, unknown>()
  for (const [name, value] of defaults.options) {
    const row = Object.hasOwn(table, name) ? table[name] : undefined
    if (row === undefined || own.options.has(name)) continue
    if (row.since !== undefined && kclOf(target) < row.since) continue
    if (stock ? name === 'fastStart' : forStockOnly.includes(name)) continue
    if (fanOut && (name === 'maxRecords' || name === 'idleTimeBetweenReadsMs')) continue
    const problem = row.check(value)
    if (problem !== null) throw new ConfigError(`Option '${name}' of 'defaults', used by ${where}, ${problem}`)
    options.set(name, value)
  }
  return { options, properties: defaults.properties }
}

function normalizeDaemon(options: ReadonlyMap<string, unknown>): NormalizedDaemon {
  const classpath = options.get('classpath') as string | readonly string[] | undefined
  return {
    kind: (options.get('daemon') as NormalizedDaemon['kind'] | undefined) ?? 'embedded',
    javaPath: (options.get('javaPath') as string | undefined) ?? null,
    heapBytes: (options.get('heapBytes') as number | undefined) ?? null,
    jvmArgs: (options.get('jvmArgs') as readonly string[] | undefined) ?? [],
    env: (options.get('env') as Readonly<Record<string, string>> | undefined) ?? {},
    classpath: classpath === undefined ? null : typeof classpath === 'string' ? [classpath] : classpath,
    bridge: (options.get('bridge') as 'socat' | 'nc' | undefined) ?? 'socat',
  }
}

/** tsmld's own defaults, each only where neither an option nor a property says otherwise: nobody pays for fan-out or metrics by surprise. */
function settle(
  type: 'kinesis' | 'dynamodb',
  options: ReadonlyMap<string, unknown>,
  properties: ReadonlyMap<string, string>,
  kclDefaults: boolean,
): KclSettings {
  const given = new Set([...properties.keys()].map(optionOfProperty))
  const always: KclOptions = {
    credentials: 'default',
    callProcessRecordsEvenForEmptyRecordList: true,
    // The KCL's own default, 10,000, is Kinesis' limit.
    ...(type === 'dynamodb' ? { maxRecords: 1_000 } : {}),
  }
  const unlessKcl: KclSettings = {
    initialPosition: 'TRIM_HORIZON',
    metricsLevel: 'NONE',
    validateSequenceNumberBeforeCheckpointing: false,
    ...(type === 'kinesis' ? { retrievalMode: 'POLLING' } : {}),
  }
  const defaults = Object.entries(kclDefaults ? always : { ...always, ...unlessKcl }).filter(
    ([name]) => !given.has(name),
  )
  return {
    ...Object.fromEntries(defaults),
    ...Object.fromEntries([...options].filter(([name]) => !notSettings.has(name))),
  }
}

function unknownProperties(where: string, properties: ReadonlyMap<string, string>): readonly string[] {
  return [...properties.keys()]
    .filter(name => !isKnownProperty(name))
    .map(
      name =>
        `Property '${name}' of ${where} is unknown, and the KCL passes over unknown ones in silence.${didYouMean(name, knownProperties())}`,
    )
}
