import assert from 'node:assert/strict'
import { eachRecord, type KinesisRecord, kinesisStream } from 'tsmld'
import { real } from './support/lab.ts'
import { eventually } from './support/stack.ts'

real(
  'fault 14: a handler that never returns is named, and restartStream gets its shard going again, with nothing lost',
  async lab => {
    const { t, stack, log } = lab
    const stream = await stack.createStream(1)
    const handled: string[] = []
    let hangs = true
    const processor = eachRecord<KinesisRecord>(({ partitionKey }, { signal }) => {
      if (partitionKey !== 'key-1' || !hangs) return void handled.push(partitionKey ?? '')
      hangs = false
      return new Promise((_, reject) => {
        signal.addEventListener('abort', () => {
          reject(signal.reason as Error)
        })
      })
    })
    const runtime = lab.runtime({
      streams: [
        kinesisStream({
          streamName: stream,
          applicationName: stream,
          processor,
          stallTimeoutMs: 1_000,
          onStall: 'restartStream',
        }),
      ],
    })
    await runtime.start()
    const jvm = runtime.status().streams[0]?.daemon.pid
    await lab.produce(
      stream,
      ['key-0', 'key-1', 'key-2'].map(key => ({ key, n: 0 })),
    )
    await eventually('the handler hangs', () => !hangs, 60_000)
    const from = performance.now()
    await eventually('all are handled', () => handled.includes('key-1') && handled.includes('key-2'), 60_000)
    t.diagnostic(`the shard went on ${Math.round(performance.now() - from)} ms after its handler began to hang`)
    assert.deepEqual([...new Set(handled)], ['key-0', 'key-1', 'key-2'])
    assert.equal(log.filter(line => / error a handler stalls: \S+ shardId-0+ at \d+ /.test(line)).length, 1)
    await eventually('it runs', () => runtime.status().streams[0]?.state === 'running')
    const [status] = runtime.status().streams
    assert.equal(status?.restarts, 1)
    assert.notEqual(status.daemon.pid, jvm)
    await runtime.stop()
  },
)
