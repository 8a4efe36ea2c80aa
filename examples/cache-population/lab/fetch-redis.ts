// Fetches the Redis server of the example ahead of its first use; silent when it is there.
import { ensureRedis } from './ensure-redis.ts'

try {
  await ensureRedis(message => process.stderr.write(`${message}\n`))
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n`)
  process.exitCode = 1
}
