import assert from 'node:assert/strict'
import { test } from 'node:test'
import { deferred } from '../../src/deferred.ts'
import { CheckpointError, ConfigError } from '../../src/errors.ts'
import { eachShard, type ShardBody } from '../../src/processors/each-shard.ts'
import type { WireRecord } from '../../src/protocol/messages.ts'
import { heardBy, playedSaving } from '../support/played-records.ts'
import { endError } from '../support/played-session.ts'
import { isPending, rejection, turns } from '../support/turns.ts'
import { batch } from '../support/wire-records.ts'

/** A session whose body is `body`, and what it noted. */
async function shardOf(body: (note: (what: string) => void) => ShardBody<WireRecord>) {
  const notes: string[] = []
  const played = await playedSaving(eachShard(body(what => void notes.push(what))))
  return { ...played, notes }
}

const numbersOf = ({ records }: { readonly records: readonly WireRecord[] }): string =>
  records.map(({ sequenceNumber }) => sequenceNumber).join()

test('a body gets the batches of one shard; pulling the next one is to be done with the last', async () => {
  const work = deferred<void>()
  const { daemon, notes } = await shardOf(note => async batches => {
    for await (const each of batches) {
      note(`begin ${numbersOf(each)}`)
      if (numbersOf(each) === '1,2') await work.promise
      note(`end ${numbersOf(each)}`)
    }
  })
  daemon.say(batch(1, 2))
  assert.deepEqual(await heardBy(daemon), [])
  work.resolve()
  assert.deepEqual(await heardBy(daemon), ['status processRecords'])
  daemon.say(batch(3))
  assert.deepEqual(await heardBy(daemon), ['status processRecords'])
  assert.deepEqual(notes, ['begin 1,2', 'end 1,2', 'begin 3', 'end 3'])
})

test('a batch is checkpointed by itself: whole, or up to a record', async () => {
  const { daemon } = await shardOf(() => async batches => {
    for await (const each of batches)
      await (each.records.length > 2 ? each.checkpoint(each.records[1]) : each.checkpoint())
  })
  daemon.say(batch(1, 2))
  assert.deepEqual(await heardBy(daemon), ['checkpoint 2/0', 'status processRecords'])
  daemon.say(batch(3, 4, 5))
  assert.deepEqual(await heardBy(daemon), ['checkpoint 4/0', 'status processRecords'])
})

test('empty batches are not seen', async () => {
  const { daemon, notes } = await shardOf(note => async batches => {
    for await (const each of batches) note(numbersOf(each))
  })
  daemon.say(batch())
  assert.deepEqual(await heardBy(daemon), ['status processRecords'])
  assert.deepEqual(notes, [])
})

for (const [action, last] of [
  ['shardEnded', ['checkpoint 1/0', 'checkpoint latest', 'status shardEnded']],
  ['shutdownRequested', ['checkpoint 1/0', 'status shutdownRequested']],
] as const) {
  test(`${action} ends the batches, and what the body does after them is waited for`, async () => {
    const flushed = deferred<void>()
    const { daemon, notes } = await shardOf(note => async batches => {
      let latest: (() => Promise<void>) | undefined
      for await (const each of batches) latest = () => each.checkpoint()
      note('over')
      await flushed.promise
      await latest?.()
    })
    daemon.say(batch(1))
    await turns()
    daemon.say({ kind: action })
    assert.deepEqual(await heardBy(daemon), ['status processRecords'])
    assert.deepEqual(notes, ['over'])
    flushed.resolve()
    assert.deepEqual(await heardBy(daemon), last)
  })
}

test('a lost lease ends the batches with an aborted signal, and the body is waited for', async () => {
  const work = deferred<void>()
  const { daemon, notes, session, end } = await shardOf(note => async (batches, { signal }) => {
    for await (const each of batches) {
      await work.promise
      note(`${(await rejection(each.checkpoint())) instanceof CheckpointError}`)
    }
    note(`over, aborted: ${signal.aborted}`)
  })
  daemon.say(batch(1), { kind: 'leaseLosing' })
  await turns()
  const settled = session.handlerSettled()
  assert.equal(await isPending(settled), true)
  work.resolve()
  await settled
  assert.deepEqual(daemon.heard(), ['status processRecords'])
  assert.deepEqual(notes, ['true', 'over, aborted: true'])
  daemon.say({ kind: 'leaseLost' })
  await turns()
  assert.equal(end()?.kind, 'leaseLost')
})

test('between two batches, too, a later session of the shard waits for the body', async () => {
  const work = deferred<void>()
  const { daemon, session } = await shardOf(() => async batches => {
    while (!(await batches.next()).done);
    await work.promise
  })
  daemon.say(batch(1))
  await turns()
  session.end(new Error('gone'))
  const settled = session.handlerSettled()
  assert.equal(await isPending(settled), true)
  work.resolve()
  await settled
})

test('fault 1: a body that throws at a batch fails the session, without a status', async () => {
  const played = await shardOf(() => async batches => {
    for await (const each of batches) throw new Error(`no ${numbersOf(each)}`)
  })
  played.daemon.say(batch(1))
  await turns()
  assert.match(endError(played).message, /no 1/)
  assert.deepEqual(played.daemon.heard(), [])
})

test('fault 1: a body that throws between two batches fails the session at the next call, be it an empty batch', async () => {
  const broken = deferred<void>()
  const played = await shardOf(() => async batches => {
    await Promise.race([batches.next(), broken.promise])
    await Promise.race([batches.next(), broken.promise])
  })
  played.daemon.say(batch(1))
  assert.deepEqual(await heardBy(played.daemon), ['status processRecords'])
  broken.reject(new Error('sink is gone'))
  await turns()
  assert.equal(played.end(), null)
  played.daemon.say(batch())
  await turns()
  assert.match(endError(played).message, /sink is gone/)
})

test('a body that throws at once fails the first call', async () => {
  const played = await shardOf(() => () => {
    throw new Error('no database')
  })
  played.daemon.say(batch(1))
  await turns()
  assert.match(endError(played).message, /no database/)
})

test('a body that returns early fails the session, rather than leave records to nobody', async () => {
  const played = await shardOf(() => async batches => {
    await batches.next()
    await batches.return?.()
  })
  played.daemon.say(batch(1))
  assert.deepEqual(await heardBy(played.daemon), ['status processRecords'])
  played.daemon.say(batch(2))
  await turns()
  assert.match(endError(played).message, /returned before the shard's batches ended/)
})

test('a body that returns without a batch that waits for it fails the session: at a shard end it would be lost', async () => {
  const ready = deferred<void>()
  const played = await shardOf(() => () => ready.promise)
  played.daemon.say(batch(1))
  await turns()
  ready.resolve()
  await turns()
  assert.match(endError(played).message, /returned before the shard's batches ended/)
})

test('a batch that nobody pulled is given up with the lease', async () => {
  const ready = deferred<void>()
  const played = await shardOf(note => async batches => {
    await ready.promise
    for await (const each of batches) note(numbersOf(each))
  })
  played.daemon.say(batch(1), { kind: 'leaseLosing' })
  assert.deepEqual(await heardBy(played.daemon), ['status processRecords'])
  ready.resolve()
  await turns()
  assert.deepEqual(played.notes, [])
})

test('who pulls ahead gets the batches in order', async () => {
  const { daemon, notes } = await shardOf(note => async batches => {
    const pulled = await Promise.all([batches.next(), batches.next(), batches.next()])
    note(pulled.map(({ value }) => (value === undefined ? 'over' : numbersOf(value))).join())
  })
  daemon.say(batch(1))
  assert.deepEqual(await heardBy(daemon), ['status processRecords'])
  daemon.say(batch(2))
  assert.deepEqual(await heardBy(daemon), ['status processRecords'])
  daemon.say({ kind: 'shutdownRequested' })
  assert.deepEqual(await heardBy(daemon), ['status shutdownRequested'])
  assert.deepEqual(notes, ['1,2,over'])
})

test('a batch that comes before it is pulled is kept until it is', async () => {
  const ready = deferred<void>()
  const { daemon, notes } = await shardOf(note => async batches => {
    await ready.promise
    for await (const each of batches) note(numbersOf(each))
  })
  daemon.say(batch(1))
  assert.deepEqual(await heardBy(daemon), [])
  ready.resolve()
  assert.deepEqual(await heardBy(daemon), ['status processRecords'])
  assert.deepEqual(notes, ['1'])
})

test('what is no function is refused at once', () => {
  assert.throws(() => eachShard('x' as never), ConfigError)
  assert.throws(() => (eachShard as (...given: unknown[]) => unknown)(() => {}, { concurrency: 2 }), ConfigError)
})
