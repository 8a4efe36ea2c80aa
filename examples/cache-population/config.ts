/** What a worker and a seeding are told, by the environment: docs/cache-population.md has it as a table. */
export interface CacheConfig {
  readonly region: string
  readonly tableName: string
  readonly streamName: string
  readonly redisUrl: string
  /** How long a program waits for Redis when it starts, in milliseconds. */
  readonly redisWaitMs: number
  /** Names the lease tables and all keys of the cache: each cache has its own, and so sees every change. */
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

/** Reads the configuration. @throws Error that names all that is missing or wrong. */
export function readConfig(env: Readonly<Record<string, string | undefined>>): CacheConfig {
  const missing: string[] = []
  const wrong: string[] = []
  // Kubernetes and ECS set what is left empty to the empty text.
  const given = (name: string): string | undefined => (env[name] === '' ? undefined : env[name])
  const required = (name: string): string => {
    const value = given(name)
    if (value === undefined) missing.push(name)
    return value ?? ''
  }
  const integer = (name: string, otherwise: number, [least, most]: readonly [number, number]): number => {
    const text = given(name) ?? String(otherwise)
    const value = Number(text)
    if (!/^\d+$/.test(text) || value < least || value > most)
      wrong.push(`${name} is ${JSON.stringify(text)}, not an integer from ${String(least)} to ${String(most)}`)
    return value
  }
  const dynamodbEndpoint = given('DYNAMODB_ENDPOINT')
  const kinesisEndpoint = given('KINESIS_ENDPOINT')
  const config = {
    region: required('AWS_REGION'),
    tableName: required('TABLE_NAME'),
    streamName: required('STREAM_NAME'),
    cacheName: required('CACHE_NAME'),
    redisUrl: required('REDIS_URL'),
    redisWaitMs: integer('REDIS_WAIT_SECONDS', 60, [1, 3_600]) * 1_000,
    ...(dynamodbEndpoint === undefined ? {} : { dynamodbEndpoint }),
    ...(kinesisEndpoint === undefined ? {} : { kinesisEndpoint }),
    isLocal: given('LOCAL') === '1',
    port: integer('PORT', 8080, [0, 65_535]),
    // DynamoDB's own limit is a million; each is a request under way.
    segments: integer('SEGMENTS', 4, [1, 1_000]),
  }
  const { cacheName, redisUrl } = config
  // "fence:…" is what other caches' fences begin with.
  if (cacheName !== '' && !/^(?!fence$)[\w.-]{1,200}$/.test(cacheName))
    wrong.push(
      `CACHE_NAME is ${JSON.stringify(cacheName)}, not 1 to 200 letters, digits, _, - and ., as a lease table's name may have (nor may it be "fence")`,
    )
  // Not shown: it may hold a password.
  if (redisUrl !== '' && !isRedisUrl(redisUrl))
    wrong.push('REDIS_URL is no URL of the form redis://HOST:PORT or rediss://USER:PASSWORD@HOST:PORT')
  if (missing.length > 0) wrong.unshift(`there is no ${missing.join(', ')}`)
  if (wrong.length > 0)
    throw new Error(`The environment: ${wrong.join('; ')}. The package tsmld has the guide: docs/cache-population.md.`)
  return config
}

function isRedisUrl(url: string): boolean {
  if (!URL.canParse(url)) return false
  const { protocol, hostname, pathname } = new URL(url)
  // Behind the host may stand the number of a database.
  return /^rediss?:$/.test(protocol) && hostname !== '' && /^(\/\d*)?$/.test(pathname)
}
