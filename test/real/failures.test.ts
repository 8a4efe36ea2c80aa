import assert from 'node:assert/strict'
import { kinesisStream } from 'tsmld'
import { type Lab, real } from './support/lab.ts'
import { assertKept, type Identity } from './support/oracle.ts'
import { isAlive } from './support/processes.ts'
import { kinesisSink } from './support/sink.ts'
import { eventually } from './support/stack.ts'
import type { Worker } from './support/worker-process.ts'

const nodeTimeoutMs = 3_000
const keys = Array.from({ length: 12 }, (_, key) => `key-${key}`)
const round = (n: number): Identity[] => keys.map(key => ({ key, n }))

const start = (lab: Lab, stream: string): Promise<Worker> =>
  lab.worker({ streams: [{ streamName: stream, applicationName: stream }], runtime: { nodeTimeoutMs } })

const ofWorker = (lab: Lab, stream: string, worker: Worker) =>
  lab.linesOf(stream).filter(line => line.session.startsWith(`${worker.pid}-`))

/** Waits until a process is gone, and gives how long that took. */
async function death(pid: number, timeoutMs: number): Promise<number> {
  const from = performance.now()
  await eventually(`process ${pid} is gone`, () => !isAlive(pid), timeoutMs)
  return Math.round(performance.now() - from)
}

real('a handler that throws costs its shard only: it alone starts again, from its checkpoint (1)', async lab => {
  const { t, stack, note, linesOf } = lab
  const stream = await stack.createStream(4)
  const failAt = { key: 'key-0', n: 2 }
  const runtime = lab.runtime({
    streams: [kinesisStream({ streamName: stream, applicationName: stream, processor: kinesisSink(note, { failAt }) })],
  })
  await runtime.start()
  const jvm = runtime.status().streams[0]?.daemon.pid
  const fed = [...round(0), ...round(1)]
  await lab.produce(stream, fed)
  await lab.arrival(stream, fed)
  await lab.checkpoints(stream)
  const at = performance.now()
  const more = [...round(2), ...round(3)]
  await lab.produce(stream, more)
  await lab.arrival(stream, [...fed, ...more])
  t.diagnostic(`the failed shard was back after ${Math.round(performance.now() - at)} ms`)
  assertKept([...fed, ...more], linesOf(stream))
  const begun = (shardId: string) =>
    linesOf(stream).filter(line => line.type === 'begun' && line.shardId === shardId).length
  const failed = linesOf(stream).find(line => line.type === 'delivered' && line.key === failAt.key)?.shardId
  for (const shardId of await stack.shardIds(stream)) assert.equal(begun(shardId), shardId === failed ? 2 : 1, shardId)
  const [status] = runtime.status().streams
  assert.deepEqual([status?.state, status?.restarts, status?.daemon.pid], ['running', 0, jvm])
  const told = lab.log.filter(line => / (warn|error) /.test(line))
  assert.equal(told.length, 1, told.join('\n'))
  assert.match(told[0] ?? '', new RegExp(` error the session failed; .*${stream} ${failed} failed in processRecords`))
  await runtime.stop()
})

real(
  'a JVM that is killed, and one whose Node is blocked, are replaced under the same worker id, with nothing lost',
  async lab => {
    const { t, stack, linesOf } = lab
    const stream = await stack.createStream(2)
    const worker = await start(lab, stream)
    const { workerId } = await worker.status()
    const end = lab.producing(stream, keys.slice(0, 4))
    const begun = () => linesOf(stream).filter(({ type }) => type === 'begun').length
    const isFlowing = (from: number) =>
      eventually('both shards flow again', () => {
        const sessions = linesOf(stream).slice(from)
        return new Set(sessions.flatMap(line => (line.type === 'delivered' ? [line.shardId] : []))).size === 2
      })
    await isFlowing(0)
    assert.equal(begun(), 2)

    await t.test('SIGKILL of the JVM: the tree starts another, and the shards go on (11)', async () => {
      const jvm = await worker.jvm()
      process.kill(jvm, 'SIGKILL')
      const at = performance.now()
      await eventually('both shards begin again', () => begun() === 4)
      await isFlowing(linesOf(stream).length)
      t.diagnostic(`both shards flowed again ${Math.round(performance.now() - at)} ms after SIGKILL of the JVM`)
      const status = await worker.status()
      assert.equal(status.workerId, workerId)
      assert.equal(status.streams[0]?.restarts, 1)
      assert.notEqual(await worker.jvm(), jvm)
      assert.ok((await stack.leases(stream)).every(({ owner }) => owner === workerId))
    })

    await t.test(
      'an event loop blocked beyond nodeTimeoutMs: the JVM gives its shards up and exits, and another follows (12)',
      async () => {
        const jvm = await worker.jvm()
        worker.order({ do: 'block', ms: 3 * nodeTimeoutMs })
        const tookMs = await death(jvm, 3 * nodeTimeoutMs)
        t.diagnostic(
          `the JVM was gone ${tookMs} ms after its Node was blocked, with a nodeTimeoutMs of ${nodeTimeoutMs}`,
        )
        assert.ok(tookMs < nodeTimeoutMs + 3_000)
        await eventually('both shards begin once more', () => begun() === 6)
        await isFlowing(linesOf(stream).length)
        assert.equal((await worker.status()).streams[0]?.restarts, 2)
      },
    )

    const produced = await end()
    await lab.arrival(stream, produced)
    worker.signal('SIGTERM')
    assert.equal((await worker.exit).code, 0)
    t.diagnostic(`${assertKept(produced, linesOf(stream))} duplicates of ${produced.length} records`)
  },
)

real(
  'when a Node process is killed or stopped its JVM ends, and another worker takes over with nothing lost',
  async lab => {
    const { t, stack, linesOf } = lab
    const stream = await stack.createStream(2)
    const first = await start(lab, stream)
    const end = lab.producing(stream, keys.slice(0, 4))
    await eventually('the first worker processes', () =>
      ofWorker(lab, stream, first).some(({ type }) => type === 'delivered'),
    )
    const second = await start(lab, stream)
    await lab.isKnown(second, stream)

    const takeOver = async (
      from: Worker,
      to: Worker,
      how: () => void,
    ): Promise<{ jvmMs: number; shardsMs: number }> => {
      const jvm = await from.jvm()
      const held = new Set(
        (await stack.leases(stream)).filter(({ owner }) => owner !== null).map(({ leaseKey }) => leaseKey),
      )
      assert.equal(held.size, 2)
      const at = performance.now()
      how()
      const jvmMs = await death(jvm, nodeTimeoutMs + 5_000)
      const noted = linesOf(stream).length
      await eventually(
        'the other worker processes both shards',
        () => {
          const shards = linesOf(stream)
            .slice(noted)
            .filter(line => line.type === 'delivered' && line.session.startsWith(`${to.pid}-`))
          return new Set(shards.map(({ shardId }) => shardId)).size === 2
        },
        60_000,
      )
      return { jvmMs, shardsMs: Math.round(performance.now() - at) }
    }

    await t.test(
      'SIGSTOP of Node beyond nodeTimeoutMs: the JVM gives its shards up, and the other worker takes them (12)',
      async () => {
        const { jvmMs, shardsMs } = await takeOver(first, second, () => first.signal('SIGSTOP'))
        t.diagnostic(
          `SIGSTOP of Node: its JVM was gone after ${jvmMs} ms, both shards processed by the other worker after ${shardsMs} ms`,
        )
        assert.ok(jvmMs < nodeTimeoutMs + 3_000)
      },
    )

    await t.test('after SIGCONT it comes back as a worker', async () => {
      first.signal('SIGCONT')
      await eventually('it has another JVM', async () => (await first.status()).streams[0]?.daemon.pid ?? null)
      await lab.isKnown(first, stream)
    })

    await t.test('SIGKILL of Node: its JVM is gone within seconds, and the other worker takes over (10)', async () => {
      const { jvmMs, shardsMs } = await takeOver(second, first, () => second.signal('SIGKILL'))
      t.diagnostic(
        `SIGKILL of Node: its JVM was gone after ${jvmMs} ms, both shards processed by the other worker after ${shardsMs} ms`,
      )
      assert.ok(jvmMs < 3_500)
    })

    const produced = await end()
    await lab.arrival(stream, produced)
    first.signal('SIGTERM')
    assert.equal((await first.exit).code, 0)
    t.diagnostic(`${assertKept(produced, linesOf(stream))} duplicates of ${produced.length} records`)
  },
)
