import { type KinesisClient, MergeShardsCommand, type Shard } from '@aws-sdk/client-kinesis'
import { listShards, splitShard } from 'tsmld-local'

/** Splits the `at`-th open shard, modulo their number, or says why not. */
export async function splitOne(kinesis: KinesisClient, stream: string, at: number, most: number): Promise<string> {
  const open = await openShards(kinesis, stream)
  const shard = open[at % open.length]?.ShardId
  if (shard === undefined || open.length >= most) return `${open.length} open shards are enough`
  return `split ${await splitShard(kinesis, stream, shard)}`
}

/** Merges an open shard with its neighbour, or says why not. */
export async function mergeTwo(kinesis: KinesisClient, stream: string, at: number): Promise<string> {
  const open = await openShards(kinesis, stream)
  if (open.length < 3) return `${open.length} open shards are too few`
  const place = at % (open.length - 1)
  const [left, right] = [open[place]?.ShardId ?? '', open[place + 1]?.ShardId ?? '']
  await kinesis.send(new MergeShardsCommand({ StreamName: stream, ShardToMerge: left, AdjacentShardToMerge: right }))
  return `merged ${left} and ${right}`
}

/** In the order of their hash keys, so that neighbours are adjacent. */
async function openShards(kinesis: KinesisClient, stream: string): Promise<Shard[]> {
  const start = (shard: Shard): bigint => BigInt(shard.HashKeyRange?.StartingHashKey ?? 0)
  return (await listShards(kinesis, stream))
    .filter(shard => shard.SequenceNumberRange?.EndingSequenceNumber === undefined)
    .sort((a, b) => (start(a) < start(b) ? -1 : 1))
}
