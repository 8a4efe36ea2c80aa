// Seeds the cache of one region, or goes on with what was interrupted: run it at first, and whenever a worker says that the cache is not whole.
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { cacheKeys } from './cache-keys.ts'
import { type CacheConfig, readConfig } from './config.ts'
import { endOnSignal } from './end-on-signal.ts'
import { endedBy } from './ended-by.ts'
import { connectRedis } from './redis-connection.ts'
import { type SeedLine, seed } from './seed.ts'

const ending = new AbortController()
const ended = main()
endOnSignal(() => {
  ending.abort(new Error('Told to end: the next seeding goes on where this one was.'))
  return ended
})

async function main(): Promise<void> {
  try {
    await seedCache(readConfig(process.env), ending.signal)
  } catch (error) {
    endedBy(error)
  }
}

async function seedCache(config: CacheConfig, signal: AbortSignal): Promise<void> {
  const { region, tableName, cacheName, redisUrl, redisWaitMs, dynamodbEndpoint, segments } = config
  const client = await connectRedis(redisUrl, redisWaitMs)
  const dynamodb = new DynamoDBClient({
    region,
    // A scan is what a table throttles first: it slows down, for a minute or two, before it gives up.
    maxAttempts: 10,
    retryMode: 'adaptive',
    ...(dynamodbEndpoint === undefined ? {} : { endpoint: dynamodbEndpoint }),
  })
  let toldAt = 0
  try {
    const done = await seed({
      dynamodb,
      tableName,
      client,
      keys: cacheKeys(cacheName),
      segments,
      signal,
      onProgress: line => {
        if (performance.now() - toldAt < 1_000) return
        toldAt = performance.now()
        tell(line)
      },
    })
    tell(done)
  } finally {
    client.destroy()
    dynamodb.destroy()
  }
}

function tell(line: SeedLine): void {
  if (process.env['REPORT'] === '1') {
    process.stdout.write(`${JSON.stringify(line)}\n`)
    return
  }
  const { phase, items, ofItems, itemsPerSecond, secondsLeft, written, removed } = line
  const left = secondsLeft === null ? '' : `, ${String(secondsLeft)} s left`
  process.stdout.write(
    `${phase}: ${String(items)} of about ${String(ofItems)} items, ${String(itemsPerSecond)} a second${left}; ${String(written)} written, ${String(removed)} removed\n`,
  )
}
