import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type InLane, KeyLanes } from '../../src/processors/key-lanes.ts'

class Entry implements InLane<Entry> {
  behind: Entry | null = null
  readonly key: string
  readonly n: number

  constructor(key: string, n: number) {
    this.key = key
    this.n = n
  }
}

test('one of a key begins at a time, in order, and other keys do not wait', () => {
  const lanes = new KeyLanes<Entry>()
  const [a1, b1, a2, a3] = [new Entry('a', 1), new Entry('b', 1), new Entry('a', 2), new Entry('a', 3)]
  assert.deepEqual(
    [a1, b1, a2, a3].map(entry => lanes.enter(entry.key, entry)),
    [true, true, false, false],
  )
  assert.equal(lanes.leave('a', a1), a2)
  assert.equal(lanes.leave('b', b1), null)
  assert.equal(lanes.isBusy('b'), false)
  assert.equal(lanes.leave('a', a2), a3)
  assert.equal(lanes.isBusy('a'), true)
  assert.equal(lanes.leave('a', a3), null)
  assert.equal(lanes.size, 0)
})

test('it does what a queue for each key does', () => {
  const steps = fc.array(fc.record({ key: fc.constantFrom('a', 'b', 'c'), leaves: fc.boolean() }), { maxLength: 200 })
  fc.assert(
    fc.property(steps, played => {
      const lanes = new KeyLanes<Entry>()
      const queues = new Map<string, Entry[]>()
      played.forEach(({ key, leaves }, n) => {
        const queue = queues.get(key) ?? []
        queues.set(key, queue)
        assert.equal(lanes.isBusy(key), queue.length > 0)
        const [first] = queue
        if (leaves && first !== undefined) {
          queue.shift()
          assert.equal(lanes.leave(key, first), queue[0] ?? null)
        } else {
          const entry = new Entry(key, n)
          queue.push(entry)
          assert.equal(lanes.enter(key, entry), queue.length === 1)
        }
        assert.equal(lanes.size, [...queues.values()].filter(({ length }) => length > 0).length)
      })
    }),
  )
})
