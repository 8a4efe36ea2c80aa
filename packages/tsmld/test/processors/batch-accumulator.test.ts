import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { BatchAccumulator } from '../../src/processors/batch-accumulator.ts'

const item = (record: number, bytes: number) => ({ record, ticket: record, bytes })

test('it is full with enough records, or enough bytes', () => {
  const byCount = new BatchAccumulator<number>({ maxRecords: 2, maxBytes: 100 })
  byCount.add(item(0, 1))
  assert.equal(byCount.isFull, false)
  byCount.add(item(1, 1))
  assert.equal(byCount.isFull, true)
  const byBytes = new BatchAccumulator<number>({ maxRecords: 100, maxBytes: 10 })
  byBytes.add(item(0, 9))
  assert.equal(byBytes.isFull, false)
  byBytes.add(item(1, 1))
  assert.equal(byBytes.isFull, true)
})

test('a record that is larger than a batch may be is one of its own', () => {
  const gathered = new BatchAccumulator<number>({ maxRecords: 5, maxBytes: 10 })
  for (const each of [item(0, 5), item(1, 50), item(2, 5), item(3, 5), item(4, 1)]) gathered.add(each)
  const batches = Array.from({ length: 4 }, () => gathered.take().map(({ record }) => record))
  assert.deepEqual(batches, [[0], [1], [2, 3], [4]])
  assert.equal(gathered.isFull, false)
})

test('whatever comes, all of it comes out once, in order, within the limits', () => {
  const limits = fc.record({ maxRecords: fc.integer({ min: 1, max: 5 }), maxBytes: fc.integer({ min: 1, max: 20 }) })
  const steps = fc.array(fc.oneof(fc.nat(25), fc.constant('take' as const)), { maxLength: 100 })
  fc.assert(
    fc.property(limits, steps, ({ maxRecords, maxBytes }, played) => {
      const gathered = new BatchAccumulator<number>({ maxRecords, maxBytes })
      const waiting: number[] = []
      const sizes = new Map<number, number>()
      let added = 0
      const take = (): void => {
        const taken = gathered.take()
        const bytes = taken.reduce((sum, each) => sum + each.bytes, 0)
        assert.deepEqual(
          taken.map(({ record }) => record),
          waiting.splice(0, taken.length),
        )
        assert.ok(taken.length <= maxRecords && (taken.length === 1 || bytes <= maxBytes))
      }
      for (const step of played) {
        if (step === 'take' && waiting.length > 0) take()
        else if (step !== 'take') {
          sizes.set(added, step)
          waiting.push(added)
          gathered.add(item(added++, step))
        }
        const bytes = waiting.reduce((sum, each) => sum + (sizes.get(each) ?? 0), 0)
        assert.equal(gathered.size, waiting.length)
        assert.equal(gathered.isFull, waiting.length >= maxRecords || bytes >= maxBytes)
      }
      while (waiting.length > 0) take()
    }),
  )
})
