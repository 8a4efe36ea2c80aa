import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { mayCheckpointAt } from '../../src/session/delivered-positions.ts'
import { at, batch, begun, frames, play, record, requested, settled } from '../support/session-play.ts'

test('of the batch that is handled exactly its records may be checkpointed, whatever the lengths of the numbers', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.integer({ min: 1, max: 3_000 }), { minLength: 1, maxLength: 40 }),
      fc.integer({ min: 1, max: 3_000 }),
      (numbers, asked) => {
        const sorted = numbers.toSorted((a, b) => a - b)
        const { state } = play(frames, ...begun, batch(...sorted))
        assert.equal(mayCheckpointAt(at(asked), state), sorted.includes(asked))
        for (const number of sorted) assert.ok(mayCheckpointAt(at(number), state))
      },
    ),
  )
})

test('a record is known also where a stream does not keep its order', () => {
  const { state } = play(frames, ...begun, batch(5, 9, 7, 8, 12))
  assert.deepEqual(
    [5, 9, 7, 8, 12].map(number => mayCheckpointAt(at(number), state)),
    [true, true, true, true, true],
  )
  assert.equal(mayCheckpointAt(at(6), state), false)
})

test('nothing of a batch is kept once it is handled, or its session has ended', () => {
  assert.deepEqual(play(frames, ...begun, batch(1, 2)).state.batch, [record(1), record(2)])
  assert.equal(play(frames, ...begun, batch(1, 2), settled).state.batch, null)
  assert.equal(play(frames, ...begun, batch(1, 2), requested(2), { kind: 'leaveRequested' }, settled).state.batch, null)
  assert.equal(play(frames, ...begun, batch(1, 2), { kind: 'aborted', error: new Error('over') }).state.batch, null)
})
