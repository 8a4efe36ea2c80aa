// Fault 14, driven through `tsmld/testing` as a user would.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { OnStall } from '../../src/config/stream-options.ts'
import { deferred } from '../../src/deferred.ts'
import { TimeoutError } from '../../src/errors.ts'
import { eachRecord } from '../../src/processors/each-record.ts'
import { eachShard } from '../../src/processors/each-shard.ts'
import type { KinesisRecord } from '../../src/records/record.ts'
import type { ProcessorFactory } from '../../src/session/record-processor.ts'
import { type TestShardOptions, testShard } from '../../src/testing/index.ts'
import { checkpointed, errorOf } from '../support/shard-under-test.ts'

const never = (): Promise<void> => new Promise(() => {})
const stalls = ({ log }: Awaited<ReturnType<typeof testShard>>): string[] =>
  log.filter(({ message }) => message.includes('stall')).map(({ level, message }) => `${level}: ${message}`)

const hanging: readonly [string, ProcessorFactory<KinesisRecord>][] = [
  ['eachRecord', eachRecord(never)],
  ['eachShard', eachShard(never)],
  ['a bare processor', () => ({ processRecords: never })],
]
for (const [name, processor] of hanging)
  test(`fault 14: the watchdog names the shard, the record and the age of a handler that never returns: ${name}`, async () => {
    await using shard = await testShard(processor)
    await shard.deliver([{ sequenceNumber: '7' }])
    await shard.advance(299_000)
    assert.deepEqual([stalls(shard), shard.status().stalledMs], [[], null])
    await shard.advance(10_000)
    const [said, ...more] = stalls(shard)
    assert.match(said ?? '', /^error: .* test-application shardId-0+ at 7 has made no progress for 30\d000 ms/)
    assert.deepEqual(more, [])
    assert.equal(shard.status().stalledMs, 309_000)
    assert.deepEqual([shard.ended, shard.exitCode, shard.checkpoints], [null, null, []])
  })

test('fault 14: a stall that is over is said, and the shard goes on', async () => {
  const call = deferred<void>()
  await using shard = await testShard(
    eachRecord(() => call.promise, { concurrency: 1 }),
    { stallTimeoutMs: 60_000 },
  )
  await shard.deliver([{}])
  await shard.advance(90_000)
  call.resolve()
  await shard.advance(5_000)
  assert.equal(stalls(shard).at(-1), 'warn: the stall is over: the handler goes on')
  assert.deepEqual([checkpointed(shard), shard.status().stalledMs], [['1'], null])
})

test('fault 14: restartStream aborts the handler, and the shard comes back from its checkpoint', async () => {
  let hangs = true
  const aborted: unknown[] = []
  await using shard = await testShard(
    eachRecord((record, { signal }) => {
      if (!hangs || record.sequenceNumber === '1') return
      signal.addEventListener('abort', () => aborted.push(signal.reason))
      return new Promise<void>((_, reject) => {
        signal.addEventListener('abort', () => reject(new Error('given up')))
      })
    }),
    { onStall: 'restartStream' },
  )
  await shard.deliver([{}])
  await shard.deliver([{}])
  await shard.advance(310_000)
  assert.equal(shard.ended?.kind, 'aborted')
  assert.ok(errorOf(shard) instanceof TimeoutError)
  assert.deepEqual(aborted, [errorOf(shard)])
  hangs = false
  assert.equal(await shard.restart(), true)
  assert.deepEqual(checkpointed(shard), ['1', '2'])
})

test('fault 14: exit tells what the process would end with', async () => {
  await using shard = await testShard(eachRecord(never), { onStall: 'exit' })
  await shard.deliver([{}])
  await shard.advance(310_000)
  assert.equal(shard.exitCode, 70)
})

test('fault 14: a poison record that blocks is no stall, and neither is a handler that goes on', async () => {
  const kinds: readonly OnStall[] = ['warn', 'exit']
  for (const onStall of kinds) {
    const options: TestShardOptions = { onStall, stallTimeoutMs: 10_000 }
    await using blocks = await testShard(
      eachRecord(() => {
        throw new Error('poison')
      }),
      options,
    )
    await blocks.deliver([{}])
    await blocks.advance(120_000)
    assert.deepEqual([stalls(blocks), blocks.exitCode], [[], null])
    assert.equal(blocks.status().blockedRecords, 1)
  }
})
