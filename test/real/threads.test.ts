import assert from 'node:assert/strict'
import { BroadcastChannel } from 'node:worker_threads'
import { kinesisStream, moduleProcessor } from 'tsmld'
import { real } from './support/lab.ts'
import { assertKept } from './support/oracle.ts'
import { eventually } from './support/stack.ts'
import { type SinkWord, sinkChannel } from './support/threaded-sink.ts'

const keys = Array.from({ length: 16 }, (_, key) => `key-${key}`)

real(
  'four shards are spread over two threads; one of them dies, and all of its tree starts again with nothing lost',
  async lab => {
    const { t, stack, linesOf } = lab
    const stream = await stack.createStream(4)
    const threads = new Map<string, number>()
    const channel = new BroadcastChannel(sinkChannel)
    t.after(() => channel.close())
    channel.onmessage = event => {
      const { data } = event as { data: SinkWord }
      if (data.kind !== 'noted') return
      threads.set(data.line.session, data.thread)
      lab.note(data.line)
    }
    const processor = moduleProcessor(new URL('support/threaded-sink.ts', import.meta.url), { exportName: 'processor' })
    const runtime = lab.runtime({
      threads: 2,
      streams: [kinesisStream({ streamName: stream, applicationName: stream, processor })],
    })
    const sessions = (from: number) => {
      const delivered = linesOf(stream)
        .slice(from)
        .filter(({ type }) => type === 'delivered')
      return new Map(delivered.map(({ shardId, session }) => [shardId, threads.get(session) ?? 0]))
    }
    const isFlowing = (from: number) => eventually('all four shards flow', () => sessions(from).size === 4)
    const end = lab.producing(stream, keys)
    await runtime.start()
    await isFlowing(0)
    const spread = [...sessions(0).values()]
    const [victim, other] = [...new Set(spread)]
    assert.ok(victim !== undefined && other !== undefined)
    assert.equal(spread.filter(thread => thread === victim).length, 2)
    await eventually('the status tells two sessions in each', () =>
      runtime.status().threads.every(thread => thread.sessions === 2),
    )

    const at = performance.now()
    channel.postMessage({ kind: 'die', thread: victim } satisfies SinkWord)
    await eventually('the tree runs again', () => {
      const [status] = runtime.status().streams
      return status?.restarts === 1 && status.state === 'running'
    })
    await isFlowing(linesOf(stream).length)
    t.diagnostic(`all four shards flowed again ${Math.round(performance.now() - at)} ms after the thread's death`)
    const { streams, threads: after } = runtime.status()
    assert.match(String(streams[0]?.lastFailure), /^Thread [01] ended by an uncaught Error: killed by the test\.$/)
    assert.deepEqual(after.map(({ restarts, sessions: live }) => [restarts, live]).sort(), [
      [0, 2],
      [1, 2],
    ])

    const produced = await end()
    await lab.arrival(stream, produced)
    await lab.checkpoints(stream)
    await runtime.stop()
    t.diagnostic(`${assertKept(produced, linesOf(stream))} duplicates of ${produced.length} records`)
    const rows = await stack.leases(stream)
    assert.ok(rows.every(({ owner }) => owner === null))
    assert.ok(runtime.status().threads.every(({ state }) => state === 'stopped'))
  },
)
