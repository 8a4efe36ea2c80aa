import assert from 'node:assert/strict'
import { test } from 'node:test'
import { deferred } from '../../src/deferred.ts'
import { deadLetter } from '../../src/processors/poison.ts'
import type { WireRecord } from '../../src/protocol/messages.ts'
import { batchesOf, failing, retry } from '../support/batch-handlers.ts'
import { heardBy } from '../support/played-records.ts'
import { turns } from '../support/turns.ts'
import { batch } from '../support/wire-records.ts'

test('fault 21: a throw halves the batch until the record that fails is alone; the others are done (21)', async t => {
  const { daemon, batches, clock, log } = await batchesOf(t, { maxRecords: 8, onPoison: 'skip' }, numbers => {
    if (numbers.includes(6)) throw new Error('poison')
    return undefined
  })
  daemon.say(batch(1, 2, 3, 4, 5, 6, 7, 8))
  await clock.pass(5_000)
  assert.deepEqual(batches, [[1, 2, 3, 4, 5, 6, 7, 8], [1, 2, 3, 4], [5, 6, 7, 8], [5, 6], [5], [6], [6], [6], [7, 8]])
  assert.equal((await heardBy(daemon)).at(-1), 'checkpoint 8/0')
  const warned = log.messages('warn')
  assert.equal(warned.filter(each => each.includes('is halved')).length, 3)
  assert.match(warned.at(-1) ?? '', /is skipped.*poison/)
})

test('fault 21: by default a poison record blocks its shard, which lives and goes on by itself (21)', async t => {
  let isDown = true
  const { daemon, batches, clock, end, log } = await batchesOf(
    t,
    { maxRecords: 3, checkpointIntervalMs: 0 },
    numbers => (isDown && numbers.includes(2) ? failing(2) : undefined),
  )
  daemon.say(batch(1, 2, 3))
  await clock.pass(600_000)
  assert.equal(end(), null)
  assert.deepEqual(await heardBy(daemon), ['status processRecords', 'checkpoint 1/0'])
  assert.deepEqual(batches.at(-1), [2])
  assert.match(log.messages('error')[0] ?? '', /blocks the shard.*said that the record failed/)
  isDown = false
  await clock.pass(1_000)
  assert.deepEqual(await heardBy(daemon), ['checkpoint 3/0'])
  assert.deepEqual(log.messages('info'), ['the shard begins', 'no record blocks the shard any more'])
})

test('fault 21: each poison record goes to the dead-letter sink, and the shard advances once the sink took it (21)', async t => {
  let isDown = true
  const letters: string[] = []
  const sink = ({ sequenceNumber }: WireRecord): Promise<void> => {
    if (isDown) return Promise.reject(new Error('queue is gone'))
    letters.push(sequenceNumber)
    return Promise.resolve()
  }
  const options = {
    maxRecords: 3,
    onPoison: deadLetter(sink),
    retry: { ...retry, attempts: 1 },
    checkpointIntervalMs: 0,
  }
  const { daemon, clock, log } = await batchesOf(t, options, numbers => failing(...numbers.filter(n => n > 1 && n < 4)))
  daemon.say(batch(1, 2, 3))
  await clock.pass(60_000)
  assert.deepEqual(await heardBy(daemon), ['status processRecords', 'checkpoint 1/0'])
  assert.match(log.messages('error')[0] ?? '', /dead-letter sink fails.*queue is gone/)
  isDown = false
  await clock.pass(1_000)
  assert.deepEqual(letters, ['2', '3'])
  assert.deepEqual(await heardBy(daemon), ['checkpoint 3/0'])
})

test('a dead-letter sink that fails after the lease is gone leaves no timer behind, and is not told of', async t => {
  const events: string[] = []
  const sink = deferred<void>()
  const { daemon, clock, session } = await batchesOf(
    t,
    {
      maxRecords: 1,
      checkpointIntervalMs: 3_600_000,
      retry: { attempts: 1 },
      onPoison: deadLetter(() => sink.promise),
      onEvent: ({ kind }) => void events.push(kind),
    },
    () => Promise.reject(new Error('poison')),
  )
  daemon.say(batch(1))
  await turns()
  session.end(new Error('gone'))
  sink.reject(new Error('sink is down'))
  await session.handlerSettled()
  await turns()
  assert.equal(clock.waiting, 0)
  assert.deepEqual(events, [])
})
