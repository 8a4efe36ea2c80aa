import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { KinesisRecord, ProcessorFactory } from 'tsmld'
import { testShard } from 'tsmld/testing'

const processor: ProcessorFactory<KinesisRecord> = () => ({
  async processRecords(_, checkpointer) {
    await checkpointer.checkpoint()
  },
})

test('a lease table that throttles delays the checkpoint, and the next batch', async () => {
  await using shard = await testShard(processor)
  shard.failCheckpoints('ThrottlingException', 2)
  assert.equal(await shard.deliver([{ data: 'a' }]), false)
  await shard.advance(1_000)
  assert.equal(shard.busy, false)
  assert.equal(shard.checkpoints.length, 1)
})

test('a checkpoint that is refused ends the session, and the records come again', async () => {
  await using shard = await testShard(processor)
  shard.failCheckpoints('InvalidStateException')
  await shard.deliver([{ data: 'a' }])
  assert.equal(shard.ended?.kind, 'failed')
  assert.equal(await shard.restart(), true)
  assert.deepEqual(shard.checkpoints, [{ sequenceNumber: '1', subSequenceNumber: 0 }])
})
