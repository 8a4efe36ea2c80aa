import assert from 'node:assert/strict'
import { test } from 'node:test'
import { moduleProcessor } from '../../src/processors/module-processor.ts'
import type { DaemonPeer } from '../support/daemon-peer.ts'
import { threadedRuntime } from '../support/threaded-runtime.ts'
import { until } from '../support/turns.ts'
import { answered, batch } from '../support/wire-records.ts'

const url = new URL('../support/usual-processors.ts', import.meta.url)

for (const [name, exportName] of [
  ['eachRecord', 'records'],
  ['eachBatch', 'batches'],
  ['eachShard', 'loop'],
  ['batchProcessor', 'flushes'],
] as const) {
  test(`${name} in a thread: its records are handled there, and checkpointed by time, at a hand-over and at the shard's end`, async t => {
    const { runtime, begin, told, of } = await threadedRuntime(
      t,
      {},
      { processor: moduleProcessor(url, { exportName }) },
    )
    await runtime.start()
    const heard = new Map<DaemonPeer, string[]>()
    const heardOf = (peer: DaemonPeer, line: string): Promise<void> =>
      until(`${name} says ${line}`, () => {
        const lines = [...(heard.get(peer) ?? []), ...peer.heard()]
        heard.set(peer, lines)
        return lines.includes(line)
      })
    const ended = await begin('shard-1', 0)
    const left = await begin('shard-2', 1)
    for (const peer of [ended, left]) {
      peer.say(batch(1, 2))
      await heardOf(peer, 'checkpoint 2/0')
      peer.say(answered(2))
      await heardOf(peer, 'status processRecords')
    }
    assert.deepEqual(of('shard-1'), ['made', 'data 1', 'data 2'])
    assert.equal(new Set(told.map(({ thread }) => thread)).size, 2)
    assert.ok(told.every(({ thread }) => thread !== 0))
    left.say({ kind: 'shutdownRequested' })
    await heardOf(left, 'status shutdownRequested')
    ended.say({ kind: 'shardEnded' })
    await heardOf(ended, 'checkpoint latest')
    ended.say(answered(null))
    await heardOf(ended, 'status shardEnded')
  })
}
