import { GetItemCommand } from '@aws-sdk/client-dynamodb'
import type { Lab } from './lab.ts'
import { eventually } from './stack.ts'
import type { Worker } from './worker-process.ts'

/** Starts a worker of one stream, which is also its application's name; its way to DynamoDB and its JVM may be others than the lab's. */
export const startSharing = (
  lab: Lab,
  stream: string,
  { dynamodbEndpoint = lab.stack.dynamodbEndpoint, jvmArgs = lab.defaults.jvmArgs ?? [] } = {},
): Promise<Worker> =>
  lab.worker({
    streams: [{ streamName: stream, applicationName: stream }],
    runtime: { nodeTimeoutMs: 4_000, defaults: { dynamodbEndpoint, jvmArgs } },
  })

/** The shards whose leases a worker has. */
export async function shardsOf(lab: Lab, stream: string, { pid }: Worker): Promise<string[]> {
  const leases = await lab.stack.leases(stream)
  return leases.filter(({ owner }) => owner?.includes(`-${pid}-`)).map(({ leaseKey }) => leaseKey)
}

/** Waits until every worker has some of the shards, and all are with one of them; gives the shards of each. */
export const share = (lab: Lab, stream: string, workers: readonly Worker[], shards: number): Promise<string[][]> =>
  eventually(
    `${workers.length} workers share ${shards} shards`,
    async () => {
      const held = await Promise.all(workers.map(worker => shardsOf(lab, stream, worker)))
      return held.flat().length === shards && held.every(({ length }) => length > 0) ? held : undefined
    },
    60_000,
  )

/** Waits until records of all these shards come from one of the workers after now, and gives how long that took. */
export async function flows(
  lab: Lab,
  stream: string,
  shards: readonly string[],
  ...workers: readonly Worker[]
): Promise<number> {
  const [from, noted] = [performance.now(), lab.linesOf(stream).length]
  await eventually(
    `worker ${workers.map(({ pid }) => pid).join(' or ')} goes on with ${shards.join(', ')}`,
    () => {
      const since = lab.linesOf(stream).slice(noted)
      const came = since.filter(
        line => line.type === 'delivered' && workers.some(({ pid }) => line.session.startsWith(`${pid}-`)),
      )
      const there = new Set(came.map(({ shardId }) => shardId))
      return shards.every(shard => there.has(shard))
    },
    60_000,
  )
  return Math.round(performance.now() - from)
}

/** Which of them assigns the leases: whoever has the KCL's leader lock. */
export const leaderOf = (lab: Lab, stream: string, workers: readonly Worker[]): Promise<Worker> =>
  eventually('one of the workers leads', async () => {
    const { Item } = await lab.stack.dynamodb.send(
      new GetItemCommand({
        TableName: `${stream}-CoordinatorState`,
        Key: { key: { S: 'Leader' } },
        ConsistentRead: true,
      }),
    )
    return workers.find(({ pid }) => Item?.['ownerName']?.S?.includes(`-${pid}-`))
  })
