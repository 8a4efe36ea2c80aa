import { createClient } from 'redis'

/** What a worker and a seeding are told, by the environment. */
export interface CacheConfig {
  readonly region: string
  readonly tableName: string
  readonly streamName: string
  readonly redisUrl: string
  /** Names the lease tables: each cache has its own, and so sees every change. */
  readonly cacheName: string
  readonly dynamodbEndpoint?: string
  readonly kinesisEndpoint?: string
  /** For emulators: starts in seconds, with small JVMs. */
  readonly isLocal: boolean
  /** Where the probes ask; 0: a free one. */
  readonly port: number
  /** How many segments of the table are scanned side by side. */
  readonly segments: number
}

/** Reads the configuration. @throws Error that names what is missing. */
export function readConfig(env: Readonly<Record<string, string | undefined>>): CacheConfig {
  const required = (name: string): string => {
    const value = env[name]
    if (value === undefined || value === '')
      throw new Error(`The environment has no ${name}: see docs/cache-population.md.`)
    return value
  }
  const { DYNAMODB_ENDPOINT, KINESIS_ENDPOINT } = env
  return {
    region: required('AWS_REGION'),
    tableName: required('TABLE_NAME'),
    streamName: required('STREAM_NAME'),
    redisUrl: required('REDIS_URL'),
    cacheName: required('CACHE_NAME'),
    ...(DYNAMODB_ENDPOINT === undefined ? {} : { dynamodbEndpoint: DYNAMODB_ENDPOINT }),
    ...(KINESIS_ENDPOINT === undefined ? {} : { kinesisEndpoint: KINESIS_ENDPOINT }),
    isLocal: env['LOCAL'] === '1',
    port: Number(env['PORT'] ?? 8080),
    segments: Number(env['SEGMENTS'] ?? 4),
  }
}

/** The Redis key of the state of the table's stream. */
export const itemsStateKey = 'cache:items'
/** The Redis key of the state of the counters' stream. */
export const countersStateKey = 'cache:counters'

/** A connected client. A server that is down or hangs is an error at once, not a command that waits unseen. */
export async function connectRedis(url: string) {
  const client = createClient({ url, disableOfflineQueue: true, commandOptions: { timeout: 10_000 } })
  // It connects again by itself; what fails meanwhile says so.
  client.on('error', () => undefined)
  await client.connect()
  return client
}
