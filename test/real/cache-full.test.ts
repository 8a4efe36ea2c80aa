// What a worker of examples/cache-population does while its Redis server is full.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { batchProcessor, type KinesisRecord } from 'tsmld'
import { testShard } from 'tsmld/testing'
import { redisFlusher } from '../../examples/cache-population/redis-flusher.ts'
import { redisLab } from './support/cache-lab.ts'

const { client } = await redisLab()

test('a full server blocks the shard past its retries, loudly, and it goes on by itself when there is room', async () => {
  const processor = batchProcessor<KinesisRecord>({
    flusher: redisFlusher({
      client,
      stateKey: 'full:state',
      toWrite: ({ data }) => ({ kind: 'put', key: `full:${data.toString()}`, body: 'x', version: 1 }),
    }),
    flushIntervalMs: 50,
    retry: { attempts: 3, backoff: { baseMs: 100, maxMs: 2_000 } },
  })
  await using shard = await testShard(processor)
  /** Lets virtual time pass, and the server answer, until it is so. */
  const until = async (isSo: () => boolean) => {
    for (let waited = 0; !isSo(); waited += 20) {
      assert.ok(waited < 10_000, JSON.stringify(shard.log))
      await shard.advance(500)
      await delay(20)
    }
  }
  await client.configSet('maxmemory', '1')
  await shard.deliver([{ data: 'a' }, { data: 'b' }])
  await until(() => shard.status().blockedRecords > 0)
  assert.ok(shard.log.some(({ level, message }) => level === 'error' && /blocks the shard/.test(message)))
  // Long past the attempts.
  for (let n = 0; n < 20; n++) {
    await shard.advance(2_000)
    await delay(5)
  }
  assert.deepEqual([shard.ended, shard.checkpoints, await client.exists('full:a')], [null, [], 0])
  assert.match(shard.status().blocked[0]?.error ?? '', /OOM/)

  await client.configSet('maxmemory', '0')
  await until(() => shard.status().blockedRecords === 0)
  assert.deepEqual(await client.mGet(['full:a', 'full:b']), ['x', 'x'])
  await shard.requestShutdown()
  assert.equal(shard.checkpoints.at(-1)?.sequenceNumber, '2')
})
