import assert from 'node:assert/strict'
import { test } from 'node:test'
import { eachRecord } from 'tsmld'
import { replayShard } from 'tsmld/testing'

test('what stopped the shard on Tuesday is handled', async () => {
  const handled: string[] = []
  const { shard, recordedCheckpoints } = await replayShard(
    'recordings/shardId-000000000000-1798022400000.jsonl',
    eachRecord(record => {
      handled.push(record.data.toString())
    }),
  )
  assert.equal(shard.busy, false)
  assert.ok(handled.length > 0)
  assert.deepEqual(shard.checkpoints.at(-1), recordedCheckpoints.at(-1))
  await shard.close()
})
