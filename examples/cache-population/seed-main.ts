// Seeds the cache of one region, or goes on with what was interrupted: run it at first, and whenever a worker says that the cache is not whole.
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { connectRedis, itemsStateKey, readConfig } from './config.ts'
import { type SeedLine, seed } from './seed.ts'

const { region, tableName, redisUrl, dynamodbEndpoint, segments } = readConfig(process.env)
const dynamodb = new DynamoDBClient({
  region,
  ...(dynamodbEndpoint === undefined ? {} : { endpoint: dynamodbEndpoint }),
})
const client = await connectRedis(redisUrl)
let toldAt = 0
try {
  const done = await seed({
    dynamodb,
    tableName,
    client,
    stateKey: itemsStateKey,
    segments,
    onProgress: line => {
      if (performance.now() - toldAt < 1_000) return
      toldAt = performance.now()
      tell(line)
    },
  })
  tell(done)
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n`)
  process.exitCode = 1
} finally {
  client.destroy()
  dynamodb.destroy()
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
