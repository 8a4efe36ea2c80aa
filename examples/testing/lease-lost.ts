import assert from 'node:assert/strict'
import { test } from 'node:test'
import { eachRecord } from 'tsmld'
import { testShard } from 'tsmld/testing'

test('a lease that goes while a record is handled aborts its signal, and saves nothing', async () => {
  await using shard = await testShard(
    eachRecord((_, { signal }) => new Promise<void>(resolve => signal.addEventListener('abort', () => resolve()))),
  )
  await shard.deliver([{ data: 'a' }])
  await shard.loseLease()
  assert.deepEqual(shard.statuses, ['initialize', 'processRecords', 'leaseLost'])
  assert.deepEqual(shard.ended, { kind: 'leaseLost' })
  assert.deepEqual(shard.checkpoints, [])
})
