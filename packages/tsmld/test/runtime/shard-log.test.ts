import assert from 'node:assert/strict'
import { test } from 'node:test'
import { eachRecord, type KinesisRecord, type ProcessorFactory } from '../../src/index.ts'
import { type TestShard, testShard } from '../../src/testing/index.ts'
import { saving } from '../support/shard-under-test.ts'

const forgetful: ProcessorFactory<KinesisRecord> = () => ({ processRecords() {} })

const warnings = ({ log }: TestShard<unknown>): string[] =>
  log.filter(({ level }) => level === 'warn').map(({ message }) => message)

test('a shard says that it begins, and where', async () => {
  await using shard = await testShard(saving, { startingPosition: { sequenceNumber: '7', subSequenceNumber: 0 } })
  assert.deepEqual(
    shard.log.map(({ level, message, fields }) => [level, message, fields['startingPosition'], fields['shardId']]),
    [['info', 'the shard begins', '7', 'shardId-000000000000']],
  )
})

for (const [what, leave] of [
  ['a stop', shard => shard.stop()],
  ['a hand-over', shard => shard.requestShutdown()],
  ['a lost lease', shard => shard.loseLease()],
] as const satisfies readonly (readonly [string, (shard: TestShard<unknown>) => Promise<unknown>])[]) {
  test(`${what} after records of which none was ever checkpointed is a warning`, async () => {
    await using shard = await testShard(forgetful)
    await shard.deliver([{}])
    await shard.deliver([{}])
    await leave(shard)
    assert.match(
      warnings(shard).join('\n'),
      /nothing of it was ever checkpointed.*never called checkpointer\.checkpoint\(\)/,
    )
    assert.deepEqual(shard.log.at(-2)?.fields['records'], 2)
  })

  test(`${what} is none after a checkpoint, before any record, or with a processor that checkpoints by itself`, async () => {
    for (const [factory, records] of [
      [saving, [{}]],
      [forgetful, []],
      [eachRecord(() => {}), [{}]],
    ] as const) {
      await using shard = await testShard(factory)
      await shard.deliver(records)
      await leave(shard)
      assert.deepEqual(warnings(shard), [])
    }
  })
}

test('a checkpoint of an earlier session counts', async () => {
  let calls = 0
  await using shard = await testShard(() => ({
    processRecords: (_, checkpointer) => (++calls === 1 ? checkpointer.checkpoint() : undefined),
  }))
  await shard.deliver([{}])
  await shard.restart()
  await shard.deliver([{}])
  await shard.stop()
  assert.deepEqual(
    warnings(shard).filter(message => message.includes('ever checkpointed')),
    [],
  )
})
