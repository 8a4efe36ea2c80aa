import { ConfigError } from '../errors.ts'
import { type KclVersion, kclOf, type PropertiesTarget } from './normalized-stream.ts'

const toKcl3Provider: Readonly<Record<string, string>> = {
  DefaultAWSCredentialsProviderChain: 'DefaultCredentialsProvider',
  STSAssumeRoleSessionCredentialsProvider: 'StsAssumeRoleCredentialsProvider',
  'profile.ProfileCredentialsProvider': 'ProfileCredentialsProvider',
}
const toKcl1Provider: Readonly<Record<string, string>> = {
  ...Object.fromEntries(Object.entries(toKcl3Provider).map(([kcl1, kcl3]) => [kcl3, kcl1])),
  KclStsAssumeRoleCredentialsProvider: 'STSAssumeRoleSessionCredentialsProvider',
  KclSTSAssumeRoleSessionCredentialsProvider: 'STSAssumeRoleSessionCredentialsProvider',
}
/** KCL 2 has the classes of KCL 1's SDK, and one of its own for roles. */
const kcl2Role = 'KclSTSAssumeRoleSessionCredentialsProvider'
const translations: Readonly<Record<KclVersion, Readonly<Record<string, string>>>> = {
  1: toKcl1Provider,
  2: {
    ...toKcl1Provider,
    StsAssumeRoleCredentialsProvider: kcl2Role,
    KclStsAssumeRoleCredentialsProvider: kcl2Role,
    [kcl2Role]: kcl2Role,
  },
  3: { ...toKcl3Provider, [kcl2Role]: 'StsAssumeRoleCredentialsProvider' },
}

/** Free properties in the words of one KCL, and what was changed for it. */
export interface TranslatedProperties {
  readonly values: ReadonlyMap<string, string>
  readonly notes: readonly string[]
}

/**
 * Turns properties written for KCL 1, 2 or 3 into those of the target: the starting time's and the usual credentials providers' names differ.
 * @throws ConfigError on a starting time without a time, or for a DynamoDB stream.
 */
export function translateProperties(
  where: string,
  properties: ReadonlyMap<string, string>,
  type: 'kinesis' | 'dynamodb',
  target: PropertiesTarget,
): TranslatedProperties {
  const kcl = kclOf(target)
  const values = new Map(properties)
  const notes: string[] = []
  translateStartingTime(where, values, type, kcl === 1)
  for (const [name, value] of values) {
    if (!name.startsWith('AwsCredentialsProvider')) continue
    const translated = value
      .split(',')
      .map(provider => translateProvider(provider.trim(), translations[kcl]))
      .join(',')
    if (translated === value) continue
    values.set(name, translated)
    notes.push(
      `Property '${name}' of ${where}: ${value.split('|')[0]} is called ${translated.split('|')[0]} in KCL ${kcl}`,
    )
  }
  return { values, notes }
}

function translateProvider(provider: string, providers: Readonly<Record<string, string>>): string {
  const [name = '', ...parameters] = provider.split('|')
  const short = name.replace(
    /^com\.amazonaws\.auth\.|^software\.amazon\.kinesis\.multilang\.auth\.(?=KclSTS)|^software\.amazon\.awssdk\.auth\.credentials\.(?=DefaultCredentialsProvider$|ProfileCredentialsProvider$)/,
    '',
  )
  const translated = Object.hasOwn(providers, short) ? providers[short] : undefined
  return translated === undefined ? provider : [translated, ...parameters].join('|')
}

/** Only one of the three properties may remain: each sets the same field, in the JVM's hash order. */
function translateStartingTime(
  where: string,
  values: Map<string, string>,
  type: 'kinesis' | 'dynamodb',
  kcl1: boolean,
): void {
  const names = ['initialPositionInStreamExtended', 'timestampAtInitialPositionInStream'] as const
  const time = names.map(name => values.get(name)).find(value => value !== undefined)
  const atTimestamp = values.get('initialPositionInStream')?.toUpperCase() === 'AT_TIMESTAMP'
  if (time === undefined && !atTimestamp) return
  if (type === 'dynamodb')
    throw new ConfigError(
      `Property '${time === undefined ? 'initialPositionInStream' : names.find(name => values.has(name))}' of ${where} gives a time: DynamoDB streams have no AT_TIMESTAMP`,
    )
  if (time === undefined)
    throw new ConfigError(
      `Property 'initialPositionInStream' of ${where} is AT_TIMESTAMP without a time: add 'initialPositionInStreamExtended'`,
    )
  if (!/^\d+$/.test(time.trim()))
    throw new ConfigError(`The starting time in the properties of ${where} must be in epoch seconds`)
  for (const name of ['initialPositionInStream', ...names]) values.delete(name)
  values.set(kcl1 ? 'timestampAtInitialPositionInStream' : 'initialPositionInStreamExtended', time.trim())
}
