// Faults whose cause lies outside of the session, as `tsmld/testing` lets a user cause them.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { eachRecord } from '../../src/processors/each-record.ts'
import type { KinesisRecord } from '../../src/records/record.ts'
import type { ProcessorFactory } from '../../src/session/record-processor.ts'
import { testShard } from '../../src/testing/index.ts'
import { checkpointed, errorOf, saving, textOf } from '../support/shard-under-test.ts'

const aggregate = [{ data: 'a', sequenceNumber: '5' }, ...['b', 'c', 'd'].map(asInside)]
function asInside(data: string, index: number) {
  return { data, subSequenceNumber: index + 1 }
}

for (const daemon of ['embedded', 'stock'] as const)
  test(`fault 20: killed in the middle of an aggregate, the shard resumes behind the sub-sequence number (${daemon})`, async () => {
    const handled: string[] = []
    let isKilled = false
    const processor: ProcessorFactory<KinesisRecord> = () => ({
      async processRecords({ records }, checkpointer) {
        for (const record of records) {
          if (textOf(record) === 'c' && !isKilled) throw new Error('killed')
          handled.push(textOf(record))
          await checkpointer.checkpoint(record)
        }
      },
    })
    await using shard = await testShard(processor, { daemon })
    await shard.deliver(aggregate)
    assert.match(errorOf(shard).message, /killed/)
    assert.deepEqual(shard.checkpoints.at(-1), { sequenceNumber: '5', subSequenceNumber: 1 })
    isKilled = true
    assert.equal(await shard.restart(), true)
    assert.deepEqual(handled, ['a', 'b', 'c', 'd'])
    assert.deepEqual(shard.checkpoints.at(-1), { sequenceNumber: '5', subSequenceNumber: 3 })
  })

test('fault 10: a process that is killed leaves its checkpoint, after which another begins', async () => {
  const first = await testShard(saving)
  await first.deliver([{}, {}])
  await first.close()
  const [startingPosition] = first.checkpoints
  assert.deepEqual(startingPosition, { sequenceNumber: '2', subSequenceNumber: 0 })
  const starts: unknown[] = []
  await using second = await testShard(
    shard => {
      starts.push(shard.startingPosition)
      return saving(shard)
    },
    { startingPosition },
  )
  assert.equal(await second.deliver([{ sequenceNumber: '3' }]), true)
  assert.deepEqual(starts, [startingPosition])
})

for (const daemon of ['embedded', 'stock'] as const)
  test(`fault 22: while the sink or the lease table is down nothing advances, and it recovers by itself (${daemon})`, async () => {
    const stored: string[] = []
    let isDown = true
    await using shard = await testShard(
      eachRecord(record => {
        if (isDown) throw new Error('the sink is down')
        stored.push(textOf(record))
      }),
      { daemon },
    )
    await shard.deliver([{ data: 'a' }, { data: 'b' }])
    await shard.advance(3_600_000)
    assert.deepEqual([shard.checkpoints, stored, shard.ended], [[], [], null])
    isDown = false
    shard.failCheckpoints('KinesisClientLibDependencyException', 3)
    await shard.advance(60_000)
    assert.deepEqual(stored, ['a', 'b'])
    assert.equal(checkpointed(shard).at(-1), '2')
    assert.equal(shard.ended, null)
  })

test('fault 24: a stop tells a handler that hangs, waits for it, and saves nothing of it', async () => {
  const stopping: boolean[] = []
  await using shard = await testShard(shard => ({
    processRecords: () =>
      new Promise<void>(() => {
        shard.stopping.addEventListener('abort', () => stopping.push(shard.signal.aborted))
      }),
  }))
  await shard.deliver([{}])
  assert.equal(await shard.stop(), false)
  assert.deepEqual(stopping, [false])
  await shard.advance(30_000)
  assert.equal(shard.busy, true)
  await shard.disconnect()
  assert.deepEqual([shard.ended?.kind, shard.checkpoints, shard.signal.aborted], ['disconnected', [], true])
})
