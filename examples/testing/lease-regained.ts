import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { KinesisRecord, ProcessorFactory } from 'tsmld'
import { testShard } from 'tsmld/testing'

let running = 0
const processor: ProcessorFactory<KinesisRecord> = ({ signal }) => ({
  async processRecords(_, checkpointer) {
    running++
    assert.equal(running, 1)
    if (!signal.aborted) await new Promise(resolve => setTimeout(resolve, 5)) // where the sink would be asked
    running--
    await checkpointer.checkpoint()
  },
})

test('a lease that comes back never runs two handlers at once', async () => {
  await using shard = await testShard(processor)
  await shard.deliver([{ data: 'a' }])
  await shard.regainLease() // the older session is aborted, and the newer one waits for its handler
  await shard.idle()
  assert.equal(shard.ended, null)
  assert.deepEqual(shard.checkpoints, [{ sequenceNumber: '1', subSequenceNumber: 0 }])
})

test('a daemon that speaks garbage costs its session, and no record', async () => {
  await using shard = await testShard(processor, { daemon: 'stock' })
  await shard.deliver([{ data: 'a' }])
  await shard.breakProtocol('interleaved')
  assert.equal(shard.ended?.kind, 'failed')
  await shard.restart()
  await shard.idle()
  assert.deepEqual(shard.checkpoints, [{ sequenceNumber: '1', subSequenceNumber: 0 }])
})
