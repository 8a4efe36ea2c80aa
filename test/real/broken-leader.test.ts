import assert from 'node:assert/strict'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { startDynamodbProxy } from '../../chaos/proxies/dynamodb-proxy.ts'
import { real } from './support/lab.ts'
import { assertKept } from './support/oracle.ts'
import { flows, leaderOf, share, startSharing } from './support/sharing.ts'
import { eventually } from './support/stack.ts'

const keys = Array.from({ length: 12 }, (_, key) => `key-${key}`)
/** The failover time and 15 s. */
const mostMs = 2_000 + 15_000

/** A folder with a class of the KCL's that no JVM can load, which only a leader needs: its assignment of leases ends by a ClassFormatError. */
async function brokenAssignment(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'broken-'))
  const file = join(folder, 'software/amazon/kinesis/coordinator/assignment/VarianceBasedLeaseAssignmentDecider.class')
  await mkdir(dirname(file), { recursive: true })
  await writeFile(file, 'no class')
  return folder
}

real(
  'a worker whose assignment of leases ends by an error says so and lets another lead, instead of leading without assigning',
  async lab => {
    const { t, stack } = lab
    const stream = await stack.createStream(4)
    const shards = await stack.shardIds(stream)
    const folder = await brokenAssignment()
    t.after(() => rm(folder, { recursive: true, force: true }))
    const first = await startSharing(lab, stream)
    const end = lab.producing(stream, keys, 250)
    t.after(end)
    await flows(lab, stream, shards, first)
    const jvmArgs = [...(lab.defaults.jvmArgs ?? []), `-Xbootclasspath/a:${folder}`]
    const broken = await startSharing(lab, stream, { jvmArgs })
    const [, own = []] = await share(lab, stream, [first, broken], 4)
    await flows(lab, stream, own, broken)

    const jvm = await first.jvm()
    first.signal('SIGKILL')
    process.kill(jvm, 'SIGKILL')
    const from = performance.now()
    const said = await eventually('the one that leads now says that its assignment ended', () =>
      broken.lines.find(
        line => line.type === 'log' && /assignment of leases.* the stream starts again/.test(line.message),
      ),
    )
    const saidMs = Math.round(performance.now() - from)
    t.diagnostic(`${saidMs} ms after the leader's death: ${JSON.stringify(said)}`)
    assert.match(JSON.stringify(said), /"error".*The KCL's assignment of leases ended, .*ClassFormatError/)
    assert.ok(saidMs < mostMs, `${saidMs} ms`)

    const third = await startSharing(lab, stream)
    const tookMs = await flows(lab, stream, shards, broken, third)
    t.diagnostic(`all shards flowed ${tookMs} ms after another worker had come`)
    assert.ok(tookMs < mostMs, `${tookMs} ms`)
    assert.equal((await leaderOf(lab, stream, [broken, third])).pid, third.pid)
    await share(lab, stream, [broken, third], 4)
    const produced = await end()
    await lab.arrival(stream, produced)
    t.diagnostic(`${assertKept(produced, lab.linesOf(stream))} duplicates of ${produced.length} records`)
    third.signal('SIGTERM')
    broken.signal('SIGTERM')
    assert.deepEqual([(await third.exit).code, (await broken.exit).code], [0, 0])
  },
)

real(
  'a leader that cannot renew its lock nor give it up: another leads, the shards of both go on, and it stops well',
  async lab => {
    const { t, stack } = lab
    const stream = await stack.createStream(4)
    const shards = await stack.shardIds(stream)
    await using proxy = await startDynamodbProxy(
      stack.dynamodbEndpoint,
      ({ table }) => table === `${stream}-CoordinatorState`,
    )
    const first = await startSharing(lab, stream, { dynamodbEndpoint: proxy.endpoint })
    const end = lab.producing(stream, keys, 250)
    t.after(end)
    await flows(lab, stream, shards, first)
    const second = await startSharing(lab, stream)
    const [, others = []] = await share(lab, stream, [first, second], 4)
    await flows(lab, stream, others, second)
    assert.equal((await leaderOf(lab, stream, [first, second])).pid, first.pid)

    await t.test('the table of its lock is away: another leads, and no shard stands still', async () => {
      proxy.set({ kind: 'silent' })
      const from = performance.now()
      await eventually('the other leads', async () => (await leaderOf(lab, stream, [first, second])) === second)
      t.diagnostic(`the other led ${Math.round(performance.now() - from)} ms after the lock's table was away`)
      const tookMs = await flows(lab, stream, shards, first, second)
      t.diagnostic(`all shards flowed within ${tookMs} ms`)
      assert.ok(tookMs < mostMs, `${tookMs} ms`)
    })

    await t.test('it leads again, and stops while it cannot give its lock up: the other goes on with all', async () => {
      proxy.set({ kind: 'fair' })
      await lab.isKnown(first, stream)
      second.signal('SIGTERM')
      await flows(lab, stream, shards, first)
      assert.equal((await second.exit).code, 0)
      const third = await startSharing(lab, stream)
      await share(lab, stream, [first, third], 4)
      assert.equal((await leaderOf(lab, stream, [first, third])).pid, first.pid)
      proxy.set({ kind: 'silent' })
      first.signal('SIGTERM')
      const tookMs = await flows(lab, stream, shards, third)
      t.diagnostic(`all shards were with the other ${tookMs} ms after SIGTERM`)
      assert.ok(tookMs < mostMs, `${tookMs} ms`)
      assert.equal((await first.exit).code, 0)
      const produced = await end()
      await lab.arrival(stream, produced)
      t.diagnostic(`${assertKept(produced, lab.linesOf(stream))} duplicates of ${produced.length} records`)
      third.signal('SIGTERM')
      assert.equal((await third.exit).code, 0)
    })
  },
)
