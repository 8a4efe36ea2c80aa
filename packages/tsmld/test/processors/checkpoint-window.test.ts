import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { CheckpointWindow } from '../../src/processors/checkpoint-window.ts'
import type { Position } from '../../src/records/record.ts'
import { comparePositions } from '../../src/records/sequence-number.ts'
import { gc } from '../support/gc.ts'

const at = (sequenceNumber: number, subSequenceNumber = 0): Position => ({
  sequenceNumber: String(sequenceNumber),
  subSequenceNumber,
})

/** The same, thought of as simply as can be. */
class NaiveWindow {
  readonly added: { readonly position: Position; isDone: boolean }[] = []

  get checkpoint(): Position | null {
    let checkpoint: Position | null = null
    for (const { position, isDone } of this.added) {
      if (!isDone) break
      checkpoint = position
    }
    return checkpoint
  }

  done(ticket: number): void {
    const entry = this.added[ticket]
    if (entry !== undefined) entry.isDone = true
  }

  get undone(): number {
    return this.added.filter(({ isDone }) => !isDone).length
  }

  get span(): number {
    const firstUndone = this.added.findIndex(({ isDone }) => !isDone)
    return firstUndone === -1 ? 0 : this.added.length - firstUndone
  }
}

test('the checkpoint is the highest position whose every predecessor is done', () => {
  const window = new CheckpointWindow<Position>()
  for (let n = 1; n <= 10; n++) assert.equal(window.add(at(n)), n - 1)
  for (const n of [5, 2, 8, 1, 3]) window.done(n - 1)
  assert.deepEqual(window.checkpoint, at(3))
  window.done(3)
  assert.deepEqual(window.checkpoint, at(5))
})

test('nothing is checkpointed before the first is done, whatever follows it', () => {
  const window = new CheckpointWindow<Position>()
  const first = window.add(at(1))
  window.done(window.add(at(2)))
  assert.equal(window.checkpoint, null)
  window.done(first)
  assert.deepEqual(window.checkpoint, at(2))
})

test('the places inside an aggregate are positions of their own', () => {
  const window = new CheckpointWindow<Position>()
  const [a, b, c] = [window.add(at(7, 0)), window.add(at(7, 1)), window.add(at(7, 2))]
  window.done(a)
  assert.deepEqual(window.checkpoint, at(7, 0))
  window.done(c)
  assert.deepEqual(window.checkpoint, at(7, 0))
  window.done(b)
  assert.deepEqual(window.checkpoint, at(7, 2))
})

test('a ticket that was never given, or is done, is refused', () => {
  const window = new CheckpointWindow<Position>()
  const [first, second] = [window.add(at(1)), window.add(at(2))]
  window.done(second)
  for (const ticket of [second, 2, -1]) assert.throws(() => window.done(ticket), RangeError)
  window.done(first)
  assert.throws(() => window.done(first), RangeError)
})

test('it does what a naive model does, whatever is added and done in whatever order', () => {
  const positions = fc
    .array(fc.record({ step: fc.integer({ min: 0, max: 2 }), dones: fc.array(fc.nat(), { maxLength: 4 }) }), {
      maxLength: 300,
    })
    .map(steps => {
      let position = at(1)
      return steps.map(({ step, dones }) => {
        const { sequenceNumber, subSequenceNumber } = position
        position = step === 0 ? at(Number(sequenceNumber), subSequenceNumber + 1) : at(Number(sequenceNumber) + step)
        return { position, dones }
      })
    })
  fc.assert(
    fc.property(positions, steps => {
      const window = new CheckpointWindow<Position>()
      const naive = new NaiveWindow()
      const open: number[] = []
      for (const { position, dones } of steps) {
        const before = window.checkpoint
        open.push(window.add(position))
        naive.added.push({ position, isDone: false })
        for (const done of dones) {
          const [ticket] = open.splice(done % open.length, 1)
          if (ticket === undefined) break
          window.done(ticket)
          naive.done(ticket)
        }
        assert.deepEqual(window.checkpoint, naive.checkpoint)
        assert.equal(window.undone, naive.undone)
        assert.equal(window.span, naive.span)
        if (before !== null) assert.ok(comparePositions(window.checkpoint ?? at(0), before) >= 0)
      }
    }),
  )
})

test('behind a record that hangs only those positions are kept that may yet be the checkpoint', async () => {
  const window = new CheckpointWindow<Position>()
  const hanging = window.add(at(0))
  const refs: WeakRef<Position>[] = []
  for (let n = 1; n <= 100; n++) {
    const position = at(n)
    refs.push(new WeakRef(position))
    window.done(window.add(position))
  }
  await gc()
  assert.equal(refs.filter(ref => ref.deref() !== undefined).length, 1)
  window.done(hanging)
  assert.deepEqual(window.checkpoint, at(100))
})

for (const [order, pick] of [
  ['in order', (n: number) => n],
  ['backwards', (n: number, of: number) => of - 1 - n],
  ['odd ones first', (n: number, of: number) => (n < of / 2 ? 2 * n + 1 : 2 * n - of)],
] as const) {
  test(`100,000 in flight that are done ${order} take no quadratic step`, () => {
    const took = (count: number): number => {
      const window = new CheckpointWindow<number>()
      for (let n = 0; n < count; n++) window.add(n)
      const from = performance.now()
      for (let n = 0; n < count; n++) window.done(pick(n, count))
      assert.equal(window.checkpoint, count - 1)
      return performance.now() - from
    }
    took(100_000)
    // A quadratic one would take seconds; the limit is for a machine under load.
    assert.ok(took(100_000) < 500)
  })
}
