import assert from 'node:assert/strict'
import { setTimeout as delay } from 'node:timers/promises'
import { UpdateItemCommand } from '@aws-sdk/client-dynamodb'
import { MergeShardsCommand } from '@aws-sdk/client-kinesis'
import { type KinesisRecord, kinesisStream, type Runtime } from 'tsmld'
import { type Lab, real } from './support/lab.ts'
import { eventually, type TestStack } from './support/stack.ts'

/** Writes to a lease's row, where `at` is given only as long as it is the row's counter: so its holder renews it. */
async function write(
  stack: TestStack,
  [application, leaseKey]: readonly [string, string],
  UpdateExpression: string,
  values: Record<string, string | number>,
  at?: number,
): Promise<void> {
  const all = Object.entries(at === undefined ? values : { ...values, ':at': at })
  await stack.dynamodb.send(
    new UpdateItemCommand({
      TableName: application,
      Key: { leaseKey: { S: leaseKey } },
      UpdateExpression,
      ...(at !== undefined && { ConditionExpression: 'leaseCounter = :at' }),
      ExpressionAttributeValues: Object.fromEntries(
        all.map(([name, value]) => [name, typeof value === 'number' ? { N: String(value) } : { S: value }]),
      ),
    }),
  )
}

/** A worker that holds a lease and renews it; `end` stops that and gives the lease's counter. */
function keepRenewing(stack: TestStack, row: readonly [string, string], from: number): () => Promise<number> {
  const ending = new AbortController()
  const loop = (async () => {
    let counter = from
    for (; !ending.signal.aborted; counter++) {
      await write(stack, row, 'SET leaseCounter = :next', { ':next': counter + 1 }, counter)
      await delay(1_000)
    }
    return counter
  })()
  // What fails it is told by `end`.
  loop.catch(() => undefined)
  return async () => {
    ending.abort()
    return await loop
  }
}

interface Reader {
  readonly runtime: Runtime
  /** The shards that began, in their order. */
  readonly begun: readonly string[]
  /** Those whose handlers wait. */
  readonly waiting: ReadonlySet<string>
}

/** Reads the stream under one worker id; handlers wait until `gate` opens. */
function read(
  lab: Lab,
  stream: string,
  failoverTimeMs: number,
  gate: (shardId: string) => Promise<void> | undefined,
): Reader {
  const begun: string[] = []
  const waiting = new Set<string>()
  const runtime = lab.runtime({
    streams: [
      kinesisStream({
        streamName: stream,
        applicationName: stream,
        workerId: `${stream}-worker`,
        failoverTimeMs,
        parentShardPollIntervalMs: 500,
        processor: ({ shardId }) => {
          begun.push(shardId)
          return {
            async processRecords({ records }: { records: readonly KinesisRecord[] }, checkpointer) {
              const closed = records.length > 0 ? gate(shardId) : undefined
              if (closed !== undefined) waiting.add(shardId)
              await closed
              await checkpointer.checkpoint()
            },
          }
        },
      }),
    ],
  })
  return { runtime, begun, waiting }
}

real('fault 9: hand-overs that come to nothing: each shard goes on', async lab => {
  const { stack, t } = lab
  const stream = await stack.createStream(3)
  const [left = '', right = '', other = ''] = await stack.shardIds(stream)
  const [worker, gone] = [`${stream}-worker`, `${stream}-gone`]
  const rowOf = async (shardId: string) => {
    const row = (await stack.leases(stream)).find(({ leaseKey }) => leaseKey === shardId)
    assert.ok(row !== undefined, shardId)
    return row
  }
  let open = (): void => {}
  const gate = new Promise<void>(resolve => {
    open = resolve
  })
  const first = read(lab, stream, 2_000, shardId => (shardId === right ? gate : undefined))
  await first.runtime.start()
  await eventually('all shards begin', () => first.begun.length === 3, 60_000)
  let child = ''

  await t.test('of a lease whose shard waits for its parents', async () => {
    await lab.produce(
      stream,
      Array.from({ length: 16 }, (_, key) => ({ key: `key-${key}`, n: 0 })),
    )
    await eventually('a parent is not through', () => first.waiting.has(right))
    await stack.kinesis.send(
      new MergeShardsCommand({ StreamName: stream, ShardToMerge: left, AdjacentShardToMerge: right }),
    )
    const heldBy = async (checkpointOwner: string | null) => {
      const row = (await stack.leases(stream)).find(({ leaseKey }) => ![left, right, other].includes(leaseKey))
      return row !== undefined && row.checkpointOwner === checkpointOwner && row.owner !== null ? row : null
    }
    /** A row shows no other way whether a worker has seen it. */
    const renews = async (what: string, checkpointOwner: string | null) => {
      const row = await eventually(what, () => heldBy(checkpointOwner), 60_000)
      await eventually(
        `${what}, and renews it`,
        async () => ((await heldBy(checkpointOwner))?.leaseCounter ?? 0) >= row.leaseCounter + 2,
        60_000,
      )
      return row.leaseKey
    }
    child = await renews("the worker holds the child's lease", null)
    // As the KCL's leader begins it: the holder finds out when it renews the lease.
    await write(stack, [stream, child], 'SET leaseOwner = :gone, checkpointOwner = :worker', {
      ':gone': gone,
      ':worker': worker,
    })
    await renews('the worker knows that it has to let it go', worker)
    assert.ok(!first.begun.includes(child))
    open()
    const at = performance.now()
    await eventually('the child begins', () => first.begun.includes(child), 60_000)
    t.diagnostic(`the child began ${Math.round(performance.now() - at)} ms after its parents' end`)
  })

  await first.runtime.stop()
  const { leaseCounter } = await rowOf(child)
  await write(
    stack,
    [stream, child],
    'SET leaseOwner = :worker, checkpointOwner = :gone, leaseCounter = :next',
    { ':worker': worker, ':gone': gone, ':next': leaseCounter + 1 },
    leaseCounter,
  )
  const endRenewing = keepRenewing(stack, [stream, child], leaseCounter + 1)
  await write(stack, [stream, other], 'SET leaseOwner = :gone, checkpointOwner = :worker', {
    ':gone': gone,
    ':worker': worker,
  })
  const second = read(lab, stream, 6_000, () => undefined)
  await second.runtime.start()
  const at = performance.now()

  await t.test('to a worker that starts again: who still reads the shard is left alone', async () => {
    // Fails where the worker has touched the row.
    const counter = await endRenewing()
    assert.ok(!second.begun.includes(child))
    await write(
      stack,
      [stream, child],
      'SET leaseCounter = :next REMOVE checkpointOwner',
      { ':next': counter + 1 },
      counter,
    )
    await eventually('the shard begins', () => second.begun.includes(child), 60_000)
  })

  await t.test('by a worker that started again, and does not hold the lease any more', async () => {
    await eventually('the shard begins', () => second.begun.includes(other), 60_000)
    t.diagnostic(`the shard began ${Math.round(performance.now() - at)} ms after the start`)
    await eventually('nobody waits for it', async () => (await rowOf(other)).checkpointOwner === null)
  })
})
