import assert from 'node:assert/strict'
import { UpdateItemCommand } from '@aws-sdk/client-dynamodb'
import { real } from './support/lab.ts'
import { assertKept, judgeLines, type SinkLine } from './support/oracle.ts'
import { eventually, type TestStack } from './support/stack.ts'
import type { Worker } from './support/worker-process.ts'

/** Gives a lease to another worker without asking its owner, as a KCL does that leads and takes the owner for dead. */
async function steal(stack: TestStack, application: string, shardId: string, to: string): Promise<void> {
  await stack.dynamodb.send(
    new UpdateItemCommand({
      TableName: application,
      Key: { leaseKey: { S: shardId } },
      UpdateExpression: 'SET leaseOwner = :to, leaseCounter = leaseCounter + :one',
      ExpressionAttributeValues: { ':to': { S: to }, ':one': { N: '1' } },
    }),
  )
}

real(
  'two workers and leases that move between them: nothing lost, and no checkpoint of who lost a lease',
  async lab => {
    const { t, stack, linesOf } = lab
    const stream = await stack.createStream(2)
    const start = () => lab.worker({ streams: [{ streamName: stream, applicationName: stream }], runtime: {} })
    // The KCL's leader is the first; only a leader that lives gives the leases of the dead away.
    const leader = await start()
    const end = lab.producing(stream, ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'])
    const shards = await stack.shardIds(stream)
    const of = (worker: Worker, shardId: string, type: SinkLine['type'], from = 0): SinkLine[] =>
      linesOf(stream)
        .slice(from)
        .filter(line => line.type === type && line.shardId === shardId && line.session.startsWith(`${worker.pid}-`))
    const isFedBy = (worker: Worker, shardId: string, from = linesOf(stream).length) =>
      eventually(`${worker.pid} processes ${shardId}`, () => of(worker, shardId, 'delivered', from).length > 0, 60_000)
    await Promise.all(shards.map(shardId => isFedBy(leader, shardId)))
    const follower = await start()
    await lab.isKnown(follower, stream)
    const idOf = async (worker: Worker): Promise<string> => (await worker.status()).workerId
    const [leaderId, followerId] = [await idOf(leader), await idOf(follower)]
    const ownedBy = async (owner: string): Promise<string[]> =>
      (await stack.leases(stream)).filter(row => row.owner === owner).map(({ leaseKey }) => leaseKey)

    /** Every handler that begins from now on takes so long; waits until one of this shard runs, and gives the place of what it was given. */
    const slow = async (worker: Worker, shardId: string): Promise<number> => {
      worker.order({ do: 'behave', behaviour: { batchMs: 5_000 } })
      await worker.status()
      const from = linesOf(stream).length
      await isFedBy(worker, shardId, from)
      worker.order({ do: 'behave', behaviour: { batchMs: 0 } })
      return from
    }
    /** That a worker was told that its lease is gone, after its handler, and that none of its checkpoints won once the other one had begun. */
    const assertLost = async (loser: Worker, winner: Worker, shardId: string, from: number): Promise<void> => {
      await eventually(`${loser.pid} is told`, () => of(loser, shardId, 'over', from).length > 0, 60_000)
      const lines = linesOf(stream)
      const over = lines.indexOf(of(loser, shardId, 'over', from)[0] as SinkLine)
      const begun = lines.indexOf(of(winner, shardId, 'begun', from)[0] as SinkLine)
      assert.ok(begun < over, 'the other worker began while the handler ran')
      assert.deepEqual(of(loser, shardId, 'checkpointed', begun), [])
      assert.ok(of(winner, shardId, 'checkpointed', begun).length > 0)
    }

    await t.test(
      'fault 9: a lease that is handed over gracefully: drained, checkpointed, nothing twice, the other shard undisturbed',
      async () => {
        const at = performance.now()
        const [given = ''] = await eventually(
          'the KCL gives the new worker a shard',
          async () => {
            const owned = await ownedBy(followerId)
            return owned.length === 0 ? null : owned
          },
          60_000,
        )
        const kept = shards.find(shardId => shardId !== given) ?? ''
        await isFedBy(follower, given)
        t.diagnostic(`handed over within ${Math.round(performance.now() - at)} ms`)
        const [over] = of(leader, given, 'over')
        assert.equal(over?.type === 'over' && over.how, 'shutdownRequested')
        assert.deepEqual(judgeLines([], linesOf(stream)).duplicates, [])
        assert.equal(of(leader, kept, 'begun').length, 1)
      },
    )

    await t.test(
      'fault 7: a lease that is stolen while its handler runs: the other worker replays, this one is told after its status',
      async () => {
        const [[stolen = ''], [given = '']] = [await ownedBy(leaderId), await ownedBy(followerId)]
        const from = await slow(leader, stolen)
        // In exchange: the leader would take one of two leases back from the follower, perhaps this one before the follower has seen that it is its own.
        await Promise.all([steal(stack, stream, stolen, followerId), steal(stack, stream, given, leaderId)])
        await isFedBy(follower, stolen)
        await assertLost(leader, follower, stolen, from)
        const delivered = (worker: Worker) =>
          of(worker, stolen, 'delivered', from).flatMap(line =>
            line.type === 'delivered' ? [`${line.key}#${line.n}`] : [],
          )
        const replayed = new Set(delivered(follower))
        const held = delivered(leader)
        assert.ok(held.length > 0 && held.every(record => replayed.has(record)))
      },
    )

    await t.test(
      'fault 12: SIGSTOP of the JVM beyond the failover time: the other worker takes over, and the checkpoint of the zombie is refused after SIGCONT',
      async () => {
        await eventually('each worker has a shard', async () => (await ownedBy(leaderId)).length === 1, 60_000)
        const [held = ''] = await ownedBy(followerId)
        const jvm = await follower.jvm()
        await isFedBy(follower, held)
        const from = await slow(follower, held)
        const at = performance.now()
        process.kill(jvm, 'SIGSTOP')
        try {
          await isFedBy(leader, held)
          const tookMs = Math.round(performance.now() - at)
          t.diagnostic(`taken over ${tookMs} ms after SIGSTOP of the JVM, with a failover time of 2000 ms`)
        } finally {
          process.kill(jvm, 'SIGCONT')
        }
        await assertLost(follower, leader, held, from)
      },
    )

    const produced = await end()
    await lab.arrival(stream, produced)
    for (const worker of [leader, follower]) {
      worker.signal('SIGTERM')
      assert.equal((await worker.exit).code, 0)
    }
    t.diagnostic(`${assertKept(produced, linesOf(stream))} duplicates of ${produced.length} records`)
  },
)
