import assert from 'node:assert/strict'
import { test } from 'node:test'
import { eachRecord, type KinesisRecord } from 'tsmld'
import { testShard } from 'tsmld/testing'

test('while the sink is down nothing is checkpointed, and nothing is lost', async () => {
  const stored: string[] = []
  let isDown = true
  const processor = eachRecord<KinesisRecord>(async record => {
    await Promise.resolve() // where the sink would be asked
    if (isDown) throw new Error('the sink is down')
    stored.push(record.data.toString())
  })

  await using shard = await testShard(processor)
  assert.equal(await shard.deliver([{ data: 'a', partitionKey: 'k' }, { data: 'b' }]), false)
  await shard.advance(60_000)
  assert.deepEqual(shard.checkpoints, [])
  assert.ok(shard.log.some(({ level, message }) => level === 'error' && message.includes('blocks the shard')))

  isDown = false
  await shard.advance(10_000) // the greatest delay of a retry
  assert.deepEqual(stored, ['a', 'b'])
  assert.deepEqual(shard.checkpoints.at(-1), { sequenceNumber: '2', subSequenceNumber: 0 })
})
