import { setTimeout as delay } from 'node:timers/promises'
import {
  CreateStreamCommand,
  DescribeStreamSummaryCommand,
  type KinesisClient,
  ListShardsCommand,
  PutRecordsCommand,
  type PutRecordsRequestEntry,
  type Shard,
  SplitShardCommand,
} from '@aws-sdk/client-kinesis'

/** Makes a Kinesis stream and waits until it is active. */
export async function createStream(kinesis: KinesisClient, name: string, shards: number): Promise<void> {
  await kinesis.send(new CreateStreamCommand({ StreamName: name, ShardCount: shards }))
  await streamActive(kinesis, name)
}

/** The shards of a stream, closed ones too. */
export async function listShards(kinesis: KinesisClient, name: string): Promise<readonly Shard[]> {
  return (await kinesis.send(new ListShardsCommand({ StreamName: name }))).Shards ?? []
}

/**
 * Splits a shard in the middle of its hash keys and waits until the stream is active again; without `shardId` the first open shard.
 * Resolves with the id of the shard that was split.
 */
export async function splitShard(kinesis: KinesisClient, name: string, shardId?: string): Promise<string> {
  const shards = await listShards(kinesis, name)
  const parent = shards.find(shard =>
    shardId === undefined ? shard.SequenceNumberRange?.EndingSequenceNumber === undefined : shard.ShardId === shardId,
  )
  const { StartingHashKey: start, EndingHashKey: end } = parent?.HashKeyRange ?? {}
  if (parent?.ShardId === undefined || start === undefined || end === undefined)
    throw new Error(`Stream ${name} has no such open shard.`)
  const middle = (BigInt(start) + BigInt(end) + 1n) / 2n
  await kinesis.send(
    new SplitShardCommand({ StreamName: name, ShardToSplit: parent.ShardId, NewStartingHashKey: String(middle) }),
  )
  await streamActive(kinesis, name)
  return parent.ShardId
}

/** Puts records, 500 a request and one request at a time, those that are refused again: a partition key's records stay in order, unless one of them was refused. */
export async function putRecords(
  kinesis: KinesisClient,
  name: string,
  records: readonly PutRecordsRequestEntry[],
): Promise<void> {
  let waiting = records
  for (let refusals = 0; waiting.length > 0; ) {
    const sent = waiting.slice(0, 500)
    const { Records: results = [] } = await kinesis.send(
      new PutRecordsCommand({ StreamName: name, Records: [...sent] }),
    )
    const refused = sent.filter((_, index) => results[index]?.SequenceNumber === undefined)
    waiting = [...refused, ...waiting.slice(500)]
    if (refused.length === 0) continue
    if (++refusals === 20)
      throw new Error(
        `Stream ${name} refuses records: ${results.find(result => result.ErrorCode)?.ErrorMessage ?? 'no reason given'}`,
      )
    await delay(50 * refusals)
  }
}

async function streamActive(kinesis: KinesisClient, name: string): Promise<void> {
  for (const deadline = Date.now() + 20_000; Date.now() < deadline; ) {
    const { StreamDescriptionSummary: summary } = await kinesis.send(
      new DescribeStreamSummaryCommand({ StreamName: name }),
    )
    if (summary?.StreamStatus === 'ACTIVE') return
    await delay(10)
  }
  throw new Error(`Stream ${name} was not active within 20 s.`)
}
