import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CheckpointError } from '../../src/errors.ts'
import { at, endError, handling, newSession } from '../support/played-session.ts'
import { codecKinds } from '../support/scripted-daemon.ts'
import { rejection, turns } from '../support/turns.ts'
import { answered, batch, initialize, wireRecord } from '../support/wire-records.ts'

for (const kind of codecKinds) {
  for (const [what, position] of [
    ['after the last record', at(4)],
    ['after the last user record of an aggregate', at(3, 1)],
    ['inside what is no aggregate', at(2, 1)],
    ['before the first record, as one of another shard', at(0)],
    ['with a sentinel', { sequenceNumber: 'LATEST', subSequenceNumber: 0 }],
    ['that is no number', { sequenceNumber: '3x', subSequenceNumber: 0 }],
    ['that is no text', { sequenceNumber: 3 as never, subSequenceNumber: 0 }],
    ['with a sub-sequence number below 0', at(2, -1)],
    ['with a sub-sequence number that is no integer', at(2, 0.5)],
    ['that is a text', '2' as never],
  ] as const) {
    test(`${kind}: a position ${what} is refused here, the log says so, and the session goes on`, async () => {
      const { daemon, checkpointer, settle, end, log } = await handling(kind, 1, 2, 3)
      const error = await rejection(checkpointer.checkpoint(position))
      assert(error instanceof CheckpointError)
      assert.equal(error.reason, 'IllegalArgumentException')
      assert.deepEqual(log.messages('error'), [`a checkpoint is refused, and nothing is saved by it: ${error.message}`])
      settle()
      await turns()
      assert.deepEqual(daemon.heard(), ['status processRecords'])
      assert.equal(end(), null)
    })
  }

  test(`${kind}: a position between two records of the batch is refused, of an earlier batch only one beyond its range`, async () => {
    const { daemon, checkpointer, settle } = await handling(kind, 10, 20, 30)
    assert.match(
      (await rejection(checkpointer.checkpoint(at(25)))).message,
      /^Cannot checkpoint .* at .* 25, .* go from 10 to 30/,
    )
    settle()
    await turns()
    daemon.say(batch(100, 110, 120))
    await turns()
    for (const position of [at(9), at(105), at(110, 1), at(121)]) await rejection(checkpointer.checkpoint(position))
    void checkpointer.checkpoint(at(99))
    void checkpointer.checkpoint(at(110))
    assert.deepEqual(daemon.heard(), ['status processRecords', 'checkpoint 99/0'])
    daemon.say(answered(99))
    assert.deepEqual(daemon.heard(), ['checkpoint 110/0'])
  })

  test(`${kind}: what the session began after is saved already, and never asked for; anything before it is refused`, async () => {
    const settled: PromiseSettledResult<void>[] = []
    const { daemon } = newSession(kind, {
      factory: () => ({
        processRecords: async (_, checkpointer) => {
          const positions = [at(100), at(90), at(90, 7), at(99)]
          settled.push(...(await Promise.allSettled(positions.map(position => checkpointer.checkpoint(position)))))
        },
      }),
    })
    daemon.say(initialize('shardId-000000000000', '100'))
    await turns()
    daemon.heard()
    daemon.say(batch(101))
    await turns()
    assert.deepEqual(
      settled.map(({ status }) => status),
      ['fulfilled', 'rejected', 'rejected', 'rejected'],
    )
    assert.deepEqual(daemon.heard(), ['status processRecords'])
  })

  test(`${kind}: in a session that began inside an aggregate, a user record of it that is saved already is no error`, async () => {
    let saved: Promise<void> | undefined
    const { daemon } = newSession(kind, {
      factory: () => ({ processRecords: (_, checkpointer) => (saved = checkpointer.checkpoint(at(5))) }),
    })
    daemon.say({ kind: 'initialize', shardId: 'shardId-000000000000', sequenceNumber: '5', subSequenceNumber: 1 })
    await turns()
    daemon.heard()
    const records = [wireRecord(5, 2), wireRecord(5, 3)]
    daemon.say({ kind: 'processRecords', records, millisBehindLatest: null, atShardEnd: false })
    await turns()
    await saved
    assert.deepEqual(daemon.heard(), ['status processRecords'])
  })

  for (const [what, given, words] of [
    ['an array of records', [wireRecord(1)], /not an array: name its last record, as in records\.at\(-1\)\.$/],
    [
      'a batch',
      { records: [wireRecord(1)], millisBehindLatest: 0, atShardEnd: false },
      /not a batch: name its last record/,
    ],
    ['half a position', { sequenceNumber: '1' }, /not a sequenceNumber without its subSequenceNumber \(0 outside/],
    ['something else', { shardId: 's' }, /not an object without a sequenceNumber/],
  ] as const)
    test(`${kind}: checkpoint() of ${what} is told what it was given`, async () => {
      const { checkpointer } = await handling(kind, 1)
      assert.match((await rejection(checkpointer.checkpoint(given as never))).message, words)
    })

  test(`${kind}: a checkpoint's error names the stream and the shard, and what to do`, async () => {
    const played = await handling(kind, 1)
    const refused = await rejection(played.checkpointer.checkpoint(at(9)))
    assert.ok(refused instanceof CheckpointError)
    assert.deepEqual([refused.stream, refused.shardId], ['clicks-cache', 'shardId-000000000000'])
    assert.match(refused.message, /^Cannot checkpoint clicks-cache shardId-000000000000 at sequence number 9, /)
    void played.checkpointer.checkpoint()
    played.daemon.say(answered(1, 'InvalidStateException'))
    await turns()
    const failed = endError(played)
    assert.ok(failed instanceof CheckpointError)
    assert.deepEqual([failed.stream, failed.shardId], ['clicks-cache', 'shardId-000000000000'])
    assert.equal(
      failed.message,
      'The checkpoint of clicks-cache shardId-000000000000 at 1 was refused: InvalidStateException. Is its lease table there, and may this role write it?',
    )
    const late = await rejection(played.checkpointer.checkpoint())
    assert.ok(late instanceof CheckpointError)
    assert.deepEqual(
      [late.stream, late.shardId, late.reason],
      ['clicks-cache', 'shardId-000000000000', 'ShutdownException'],
    )
  })
}
