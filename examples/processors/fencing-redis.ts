import { eachRecord, fencingToken, type KinesisRecord } from 'tsmld'

/** A Redis client, as ioredis has it. */
declare const redis: { eval(script: string, keys: number, ...args: (string | Buffer | null)[]): Promise<unknown> }

const setIfNewer = `
  local token = redis.call('HGET', KEYS[1], 'token')
  if token and token >= ARGV[1] then return 0 end
  redis.call('HSET', KEYS[1], 'token', ARGV[1], 'body', ARGV[2])
  return 1`

export const cache = eachRecord<KinesisRecord>(
  async (record, shard) => {
    await redis.eval(setIfNewer, 1, `page:${record.partitionKey ?? ''}`, fencingToken(shard, record).order, record.data)
  },
  { concurrency: 50 },
)
