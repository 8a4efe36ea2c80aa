import assert from 'node:assert/strict'
import { UpdateTableCommand } from '@aws-sdk/client-dynamodb'
import { MergeShardsCommand } from '@aws-sdk/client-kinesis'
import { dynamodbStream, kinesisStream } from 'tsmld'
import { real } from './support/lab.ts'
import { assertExactlyOnce, type Identity } from './support/oracle.ts'
import { itemSink, kinesisSink } from './support/sink.ts'
import { eventually } from './support/stack.ts'

const records = (from: number, to: number): Identity[] =>
  Array.from({ length: to - from }, (_, n) => n + from).flatMap(n =>
    Array.from({ length: 8 }, (_, key) => ({ key: `key-${key}`, n })),
  )

real(
  'fault 18: both parents of a merge end before their child begins, and a closed shard of a DynamoDB stream ends with its last record checkpointed',
  async lab => {
    const { stack, linesOf } = lab
    const [stream, { tableName, streamArn }] = await Promise.all([stack.createStream(2), stack.createTable()])
    const application = `${tableName}-cache`
    const runtime = lab.runtime({
      sharedDaemon: true,
      streams: [
        kinesisStream({ streamName: stream, applicationName: stream, processor: kinesisSink(lab.note) }),
        dynamodbStream({ streamArn, applicationName: application, processor: itemSink(lab.note) }),
      ],
    })
    await runtime.start()
    const isEnded = async (of: string, shardId: string): Promise<boolean> =>
      (await stack.leases(of)).some(row => row.leaseKey === shardId && row.checkpoint === 'SHARD_END')
    const endOf = (of: string, shardId: string): number =>
      linesOf(of).findIndex(line => line.type === 'over' && line.how === 'shardEnded' && line.shardId === shardId)

    const before = records(0, 5)
    await lab.produce(stream, before)
    await lab.arrival(stream, before)
    const [left = '', right = ''] = await stack.shardIds(stream)
    await stack.kinesis.send(
      new MergeShardsCommand({ StreamName: stream, ShardToMerge: left, AdjacentShardToMerge: right }),
    )
    await eventually('the child is there', async () => (await stack.shardIds(stream)).length === 3)

    const items = [1, 2, 3].flatMap(n => ['a', 'b'].map(key => ({ key, n })))
    for (const { key, n } of items) await stack.putItem(tableName, key, n)
    // Its shard is closed, as one is that rolls, and has no child.
    await stack.dynamodb.send(
      new UpdateTableCommand({ TableName: tableName, StreamSpecification: { StreamEnabled: false } }),
    )

    const after = records(5, 10)
    await eventually('the stream takes records again', () => lab.produce(stream, after).then(() => true))
    await lab.arrival(stream, [...before, ...after])
    assertExactlyOnce([...before, ...after], linesOf(stream))
    const child = linesOf(stream).findIndex(line => line.type === 'begun' && ![left, right].includes(line.shardId))
    for (const parent of [left, right]) {
      const end = endOf(stream, parent)
      assert.ok(end >= 0 && end < child, parent)
      assert.ok(await isEnded(stream, parent))
    }

    await lab.arrival(application, items)
    const shard = linesOf(application)[0]?.shardId ?? ''
    await eventually('the DynamoDB shard has ended', () => endOf(application, shard) >= 0)
    await eventually('its end is checkpointed', () => isEnded(application, shard))
    assertExactlyOnce(items, linesOf(application))
    assert.deepEqual(
      runtime.status().streams.map(({ state, restarts }) => [state, restarts]),
      [
        ['running', 0],
        ['running', 0],
      ],
    )
    await runtime.stop()
  },
)
