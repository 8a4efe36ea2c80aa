import assert from 'node:assert/strict'
import { test } from 'node:test'
import { eachRecord } from 'tsmld'
import { testShard } from 'tsmld/testing'

test('a handler that never returns is named after five minutes, and its signal ends it', async () => {
  let calls = 0
  const processor = eachRecord((_, { signal }) => {
    calls++
    if (calls > 1) return
    return new Promise<void>((_resolve, reject) => {
      signal.addEventListener('abort', () => reject(new Error('given up')))
    })
  })

  await using shard = await testShard(processor, { onStall: 'restartStream' })
  await shard.deliver([{ sequenceNumber: '7' }])
  await shard.advance(310_000)
  assert.ok(shard.log.some(({ message }) => message.includes('at 7 has made no progress')))
  assert.equal(shard.ended?.kind, 'aborted')
  assert.equal(await shard.restart(), true)
  assert.equal(calls, 2)
})
