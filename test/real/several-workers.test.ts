import assert from 'node:assert/strict'
import { setTimeout } from 'node:timers/promises'
import { ofTables, startDynamodbProxy } from '../../chaos/proxies/dynamodb-proxy.ts'
import { type Lab, real } from './support/lab.ts'
import { assertKept } from './support/oracle.ts'
import { flows, leaderOf, shardsOf, share, startSharing } from './support/sharing.ts'
import type { Worker } from './support/worker-process.ts'

const keys = Array.from({ length: 12 }, (_, key) => `key-${key}`)
/** The failover time and 15 s; the KCL's own leader lock would last two minutes. */
const mostMs = 2_000 + 15_000

/** Watches for longer than the leader takes to balance: the KCL counts a dead worker as one that may be given shards until its reports are old. */
async function stays(lab: Lab, stream: string, shards: readonly string[], worker: Worker): Promise<void> {
  for (let seconds = 0; seconds < 6; seconds++) {
    assert.deepEqual(shards.toSorted(), (await shardsOf(lab, stream, worker)).toSorted(), `after ${seconds} s`)
    await setTimeout(1_000)
  }
}

real(
  'workers that join, leave and are killed: the shards are shared anew each time, and nothing is lost',
  async lab => {
    const { t, stack } = lab
    const stream = await stack.createStream(4)
    const first = await startSharing(lab, stream)
    const end = lab.producing(stream, keys, 250)
    t.after(end)
    await flows(lab, stream, await stack.shardIds(stream), first)
    const second = await startSharing(lab, stream)

    await t.test('one that joins gets shards, handed over with a checkpoint: nothing comes twice', async () => {
      const from = performance.now()
      const [, given = []] = await share(lab, stream, [first, second], 4)
      await flows(lab, stream, given, second)
      t.diagnostic(
        `${given.length} of 4 shards were with the second worker after ${Math.round(performance.now() - from)} ms`,
      )
    })

    await t.test('one that leaves hands its shards back', async () => {
      const given = await shardsOf(lab, stream, second)
      await lab.isKnown(first, stream)
      second.signal('SIGTERM')
      const tookMs = await flows(lab, stream, given, first)
      t.diagnostic(`${given.length} shards were back ${tookMs} ms after SIGTERM`)
      assert.equal((await second.exit).code, 0)
      assert.ok(tookMs < mostMs)
      assert.equal(
        assertKept(
          [...lab.linesOf(stream)].flatMap(line => (line.type === 'delivered' ? [line] : [])),
          lab.linesOf(stream),
        ),
        0,
      )
    })

    await t.test(
      'the leader dies with its JVM, as with its machine: another leads and takes its shards over',
      async () => {
        const third = await startSharing(lab, stream)
        await lab.isKnown(third, stream)
        assert.equal((await leaderOf(lab, stream, [first, third])).pid, first.pid)
        const held = await shardsOf(lab, stream, first)
        assert.ok(held.length > 0)
        const jvm = await first.jvm()
        first.signal('SIGKILL')
        process.kill(jvm, 'SIGKILL')
        const tookMs = await flows(lab, stream, held, third)
        t.diagnostic(`${held.length} shards were taken over ${tookMs} ms after SIGKILL of the leader and its JVM`)
        assert.ok(tookMs < mostMs, `${tookMs} ms`)
        assert.equal((await leaderOf(lab, stream, [third])).pid, third.pid)
        await stays(lab, stream, held, third)
        const produced = await end()
        await lab.arrival(stream, produced)
        t.diagnostic(`${assertKept(produced, lab.linesOf(stream))} duplicates of ${produced.length} records`)
        third.signal('SIGTERM')
        assert.equal((await third.exit).code, 0)
      },
    )
  },
)

real(
  'a leader that is cut off from the lease table loses its shards to the others, and comes back as a worker',
  async lab => {
    const { t, stack } = lab
    const stream = await stack.createStream(3)
    // Black-holes one worker's way to DynamoDB, as a network partition does.
    const proxy = await startDynamodbProxy(stack.dynamodbEndpoint, ofTables([stream]))
    try {
      const cutOff = await startSharing(lab, stream, { dynamodbEndpoint: proxy.endpoint })
      const end = lab.producing(stream, keys, 250)
      t.after(end)
      const shards = await stack.shardIds(stream)
      await flows(lab, stream, shards, cutOff)
      const other = await startSharing(lab, stream)
      await lab.isKnown(other, stream)
      assert.equal((await leaderOf(lab, stream, [cutOff, other])).pid, cutOff.pid)
      proxy.set({ kind: 'silent' })
      const tookMs = await flows(lab, stream, shards, other)
      t.diagnostic(`all shards were with the other worker ${tookMs} ms after the partition began`)
      assert.ok(tookMs < mostMs, `${tookMs} ms`)
      proxy.set({ kind: 'fair' })
      other.signal('SIGTERM')
      const backMs = await flows(lab, stream, shards, cutOff)
      t.diagnostic(`all shards were back ${backMs} ms after the partition had ended and the other worker left`)
      const produced = await end()
      await lab.arrival(stream, produced)
      t.diagnostic(`${assertKept(produced, lab.linesOf(stream))} duplicates of ${produced.length} records`)
      cutOff.signal('SIGTERM')
      assert.deepEqual([(await other.exit).code, (await cutOff.exit).code], [0, 0])
    } finally {
      await proxy.close()
    }
  },
)
