// A body that is asked to stop, and a shard that ends all the same.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { deferred } from '../../src/deferred.ts'
import { eachShard, type ShardBody } from '../../src/processors/each-shard.ts'
import type { DaemonMessage, WireRecord } from '../../src/protocol/messages.ts'
import { heardBy, playedSaving } from '../support/played-records.ts'
import { endError } from '../support/played-session.ts'
import type { ScriptedDaemon } from '../support/scripted-daemon.ts'
import { turns } from '../support/turns.ts'
import { batch } from '../support/wire-records.ts'

const shardOf = (body: ShardBody<WireRecord>) => playedSaving(eachShard(body))

test('when the process stops a body may return early: what still comes is left', async () => {
  const played = await shardOf(async (batches, { stopping }) => {
    for await (const { records } of batches) if (records.length > 0 && stopping.aborted) break
  })
  played.session.announceStop()
  for (const n of [1, 2]) {
    played.daemon.say(batch(n))
    assert.deepEqual(await heardBy(played.daemon), ['status processRecords'])
  }
  played.daemon.say({ kind: 'shutdownRequested' })
  assert.deepEqual(await heardBy(played.daemon), ['status shutdownRequested'])
})

test('and the end of a shard that has anything left fails', async () => {
  const played = await shardOf(async (batches, { stopping }) => {
    for await (const { records } of batches) if (records.length > 0 && stopping.aborted) break
  })
  played.session.announceStop()
  played.daemon.say(batch(1))
  await turns()
  played.daemon.say(batch(2))
  await turns()
  played.daemon.say({ kind: 'shardEnded' })
  await turns()
  assert.match(endError(played).message, /without a checkpoint/)
})

test('so does one whose body returned before it pulled the last batch', async () => {
  const ready = deferred<void>()
  const played = await shardOf(() => ready.promise)
  played.daemon.say(batch(1))
  await turns()
  played.session.announceStop()
  ready.resolve()
  assert.deepEqual(await heardBy(played.daemon), ['status processRecords'])
  played.daemon.say({ kind: 'shardEnded' })
  await turns()
  assert.match(endError(played).message, /without a checkpoint/)
})

test('and one whose body returned in the midst of the last batch: nobody knows whether it was done', async () => {
  const played = await shardOf(async (batches, { stopping }) => {
    for await (const { records } of batches) if (records.length > 0 && stopping.aborted) break
  })
  played.session.announceStop()
  played.daemon.say(batch(1))
  assert.deepEqual(await heardBy(played.daemon), ['status processRecords'])
  played.daemon.say({ kind: 'shardEnded' })
  assert.deepEqual(await heardBy(played.daemon), [])
  assert.match(endError(played).message, /without a checkpoint/)
})

/** Counts a shard's records, and checkpoints as `when` says: every batch, or once at the end. */
const counting =
  (when: 'always' | 'atEnd' | 'never'): ShardBody<WireRecord> =>
  async batches => {
    let last: { checkpoint(): Promise<void> } | undefined
    for await (const each of batches) {
      last = each
      if (when === 'always') await each.checkpoint()
    }
    if (when === 'atEnd') await last?.checkpoint()
  }

/** Says these in turn, each when the last is answered. */
async function heardOfEach(daemon: ScriptedDaemon, ...messages: readonly DaemonMessage[]): Promise<string[]> {
  const heard: string[] = []
  for (const message of messages) {
    daemon.say(message)
    heard.push(...(await heardBy(daemon)))
  }
  return heard
}

const saved = (n: number) => [`checkpoint ${n}/0`, 'status processRecords']
const isEnded = ['checkpoint latest', 'status shardEnded']

for (const [when, heard] of [
  ['always', [...saved(1), ...saved(3), 'status shutdownRequested', ...isEnded]],
  [
    'atEnd',
    ['status processRecords', 'status processRecords', 'checkpoint 3/0', 'status shutdownRequested', ...isEnded],
  ],
] as const) {
  test(`a shard that ends after a stop is ended where its body, which checkpoints ${when}, has left nothing`, async () => {
    const { daemon, session, end } = await shardOf(counting(when))
    const before = await heardOfEach(daemon, batch(1), batch(2, 3))
    session.announceStop()
    const after = await heardOfEach(daemon, { kind: 'shutdownRequested' }, { kind: 'shardEnded' })
    assert.deepEqual([...before, ...after], heard)
    assert.equal(end()?.kind, 'shardEnded')
  })
}

test('a shard without a record that ends after a hand-over is ended', async () => {
  const { daemon } = await shardOf(counting('never'))
  const heard = await heardOfEach(daemon, { kind: 'shutdownRequested' }, { kind: 'shardEnded' })
  assert.deepEqual(heard, ['status shutdownRequested', ...isEnded])
})

test('one whose body went at a stop without a checkpoint of its last record is not: nobody knows whether it was done', async () => {
  const played = await shardOf(counting('never'))
  const heard = await heardOfEach(played.daemon, batch(1), { kind: 'shutdownRequested' }, { kind: 'shardEnded' })
  assert.deepEqual(heard, ['status processRecords', 'status shutdownRequested'])
  assert.match(endError(played).message, /without a checkpoint/)
})

test('nor one of which a batch came after its body had gone', async () => {
  const played = await shardOf(async (batches, { stopping }) => {
    for await (const each of batches) {
      await each.checkpoint()
      if (stopping.aborted) break
    }
  })
  played.session.announceStop()
  const heard = await heardOfEach(played.daemon, batch(1), batch(2), { kind: 'shardEnded' })
  assert.deepEqual(heard, [...saved(1), 'status processRecords'])
  assert.match(endError(played).message, /without a checkpoint/)
})
