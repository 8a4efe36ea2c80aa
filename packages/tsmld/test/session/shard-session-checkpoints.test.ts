import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { CheckpointError, ProtocolError } from '../../src/errors.ts'
import { at, begunSession, endError, handling } from '../support/played-session.ts'
import { codecKinds } from '../support/scripted-daemon.ts'
import { isPending, rejection, turns } from '../support/turns.ts'
import { VirtualClock } from '../support/virtual-clock.ts'
import { answered, batch, wireRecord } from '../support/wire-records.ts'

for (const kind of codecKinds) {
  test(`${kind}: a checkpoint without a position saves the last record delivered, and resolves when the daemon says so`, async () => {
    const { daemon, checkpointer, session } = await handling(kind, 1, 2, 3)
    const saved = checkpointer.checkpoint()
    assert.equal(await isPending(saved), true)
    assert.deepEqual(daemon.heard(), ['checkpoint 3/0'])
    daemon.say(answered(3))
    await saved
    const { checkpoints, checkpointedSequenceNumber } = session.status()
    assert.deepEqual([checkpoints, checkpointedSequenceNumber], [1, '3'])
  })

  test(`${kind}: a record is a position`, async () => {
    const { daemon, checkpointer } = await handling(kind, 1, 2, 3)
    const saved = checkpointer.checkpoint(wireRecord(2))
    assert.deepEqual(daemon.heard(), ['checkpoint 2/0'])
    daemon.say(answered(2))
    await saved
  })

  test(`${kind}: checkpoints that overlap are merged: one is under way, the greatest of the others follows it`, async () => {
    const { daemon, checkpointer } = await handling(kind, 1, 2, 3, 4)
    const [first, second, fourth, third] = [1, 2, 4, 3].map(n => checkpointer.checkpoint(at(n)))
    assert.deepEqual(daemon.heard(), ['checkpoint 1/0'])
    daemon.say(answered(1))
    await first
    assert.deepEqual(daemon.heard(), ['checkpoint 4/0'])
    assert.equal(await isPending(Promise.race([second, third, fourth])), true)
    daemon.say(answered(4))
    await Promise.all([second, third, fourth])
    assert.deepEqual(daemon.heard(), [])
  })

  test(`${kind}: a position that is saved already is not asked for again`, async () => {
    const { daemon, checkpointer } = await handling(kind, 1, 2)
    const latest = checkpointer.checkpoint()
    daemon.say(answered(2))
    await latest
    daemon.heard()
    await checkpointer.checkpoint(at(1))
    await checkpointer.checkpoint()
    assert.deepEqual(daemon.heard(), [])
  })

  test(`${kind}: before any record there is nothing to save, and a checkpoint resolves at once`, async () => {
    let saved: Promise<void> | undefined
    const { daemon } = await begunSession(kind, {
      emptyBatches: true,
      processRecords: (_, checkpointer) => {
        saved = checkpointer.checkpoint()
      },
    })
    daemon.say(batch())
    await turns()
    assert.equal(await isPending(saved ?? Promise.reject(new Error('never called'))), false)
    assert.deepEqual(daemon.heard(), ['status processRecords'])
  })

  test(`${kind}: a place inside an aggregate is saved with both of its numbers`, async () => {
    let saved: Promise<void> | undefined
    const { daemon } = await begunSession(kind, {
      processRecords: (_, checkpointer) => {
        saved = checkpointer.checkpoint(at(5, 1))
        return saved
      },
    })
    const records = [wireRecord(5, 0), wireRecord(5, 1), wireRecord(5, 2)]
    daemon.say({ kind: 'processRecords', records, millisBehindLatest: null, atShardEnd: false })
    await turns()
    assert.deepEqual(daemon.heard(), ['checkpoint 5/1'])
    daemon.say(answered(5, null, 1))
    await saved
    await turns()
    assert.deepEqual(daemon.heard(), ['status processRecords'])
  })

  for (const reason of ['ThrottlingException', 'KinesisClientLibDependencyException']) {
    test(`fault 2: ${kind}: ${reason} asks for the same position again after a growing delay`, async t => {
      const clock = new VirtualClock(t)
      const { daemon, checkpointer } = await handling(kind, 1)
      const saved = checkpointer.checkpoint()
      assert.deepEqual(daemon.heard(), ['checkpoint 1/0'])
      // Jittered between half of 200 ms and all of it, then of 400 ms.
      for (const fullMs of [200, 400]) {
        daemon.say(answered(1, reason))
        await clock.pass(fullMs / 2 - 1)
        assert.deepEqual(daemon.heard(), [])
        await clock.pass(fullMs / 2 + 1)
        assert.deepEqual(daemon.heard(), ['checkpoint 1/0'])
      }
      assert.equal(await isPending(saved), true)
      daemon.say(answered(1))
      await saved
      assert.equal(clock.waiting, 0)
    })

    test(`fault 5: ${kind}: ${reason} too often fails the session, by that name`, async t => {
      const clock = new VirtualClock(t)
      const played = await handling(kind, 1)
      const saved = rejection(played.checkpointer.checkpoint())
      for (let attempt = 1; attempt <= 3; attempt++) {
        played.daemon.say(answered(1, reason))
        await clock.pass(500)
      }
      assert.deepEqual(played.daemon.heard(), ['checkpoint 1/0', 'checkpoint 1/0', 'checkpoint 1/0'])
      const error = endError(played)
      assert(error instanceof CheckpointError)
      assert.equal(error.reason, reason)
      assert.equal(await saved, error)
      assert.equal(clock.waiting, 0)
    })
  }

  test(`fault 6: ${kind}: a checkpoint whose answer is overdue fails the session`, async t => {
    const clock = new VirtualClock(t)
    const played = await handling(kind, 1)
    const saved = rejection(played.checkpointer.checkpoint())
    await clock.pass(999)
    assert.equal(played.end(), null)
    await clock.pass(1)
    assert(endError(played) instanceof ProtocolError)
    assert.equal(await saved, endError(played))
    assert.equal(played.daemon.closedBy, 'destroy')
  })

  for (const reason of ['InvalidStateException', 'IllegalArgumentException', 'SomethingNew']) {
    test(`fault 4: ${kind}: ${reason} fails the session and is named, awaited or not`, async t => {
      const rejections = unhandledRejections(t)
      const played = await handling(kind, 1)
      void played.checkpointer.checkpoint()
      played.daemon.say(answered(1, reason))
      await turns()
      const error = endError(played)
      assert(error instanceof CheckpointError)
      assert.equal(error.reason, reason)
      assert.deepEqual(rejections, [])
    })
  }

  test(`${kind}: when the checkpoint was refused, the handler's own failure does not hide it`, async () => {
    const played = await handling(kind, 1)
    void played.checkpointer.checkpoint()
    played.daemon.say(answered(1, 'InvalidStateException'))
    played.settle(new Error('gave up'))
    await turns()
    assert(endError(played) instanceof CheckpointError)
    assert.deepEqual(played.daemon.heard(), ['checkpoint 1/0'])
  })

  test(`${kind}: a refused position that nobody awaits raises no unhandled rejection`, async t => {
    const rejections = unhandledRejections(t)
    const { checkpointer } = await handling(kind, 1)
    void checkpointer.checkpoint(at(99))
    await turns()
    assert.deepEqual(rejections, [])
  })

  test(`fault 6: ${kind}: an answer for another position, or a second one, saves nothing and ends the session`, async () => {
    for (const script of [[answered(2)], [answered(1), answered(1)]]) {
      const played = await handling(kind, 1, 2)
      void played.checkpointer.checkpoint(at(1))
      played.daemon.say(...script)
      await turns()
      assert(endError(played) instanceof ProtocolError)
    }
  })
}

test('over frames a quiet shard checkpoints between batches, by a timer of its own', async t => {
  const clock = new VirtualClock(t)
  let saved: Promise<void> | undefined
  const { daemon } = await begunSession('frames', {
    processRecords: (_, checkpointer) => {
      setTimeout(() => {
        saved = checkpointer.checkpoint()
      }, 5_000)
    },
  })
  daemon.say(batch(1, 2))
  await turns()
  assert.deepEqual(daemon.heard(), ['status processRecords'])
  await clock.pass(5_000)
  assert.deepEqual(daemon.heard(), ['checkpoint 2/0'])
  daemon.say(answered(2))
  await saved
})

test('over frames a checkpoint may be under way when the next batch comes', async () => {
  const { daemon, checkpointer, settle } = await handling('frames', 1)
  settle()
  await turns()
  const saved = checkpointer.checkpoint()
  daemon.say(batch(2))
  daemon.say(answered(1))
  await saved
  assert.deepEqual(daemon.heard(), ['status processRecords', 'checkpoint 1/0'])
})

test('over json-lines a checkpoint asked for between actions goes out with the next one', async () => {
  const { daemon, checkpointer, settle } = await handling('json-lines', 1)
  settle()
  await turns()
  daemon.heard()
  const saved = checkpointer.checkpoint()
  assert.equal(await isPending(saved), true)
  assert.deepEqual(daemon.heard(), [])
  daemon.say(batch())
  await turns()
  assert.deepEqual(daemon.heard(), ['checkpoint 1/0'])
  daemon.say(answered(1))
  await saved
  await turns()
  assert.deepEqual(daemon.heard(), ['status processRecords'])
})

function unhandledRejections(t: TestContext): unknown[] {
  const seen: unknown[] = []
  const note = (reason: unknown): void => void seen.push(reason)
  process.on('unhandledRejection', note)
  t.after(() => process.off('unhandledRejection', note))
  return seen
}
