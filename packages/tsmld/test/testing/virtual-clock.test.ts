import assert from 'node:assert/strict'
import { test } from 'node:test'
import { VirtualClock } from '../../src/testing/virtual-clock.ts'

test('timers run when they are due, those of one moment in the order in which they were set, and what they set in its turn', async () => {
  const clock = new VirtualClock(1_000)
  const ran: string[] = []
  const after = (delayMs: number, name: string, then?: () => void): object =>
    clock.setTimeout(() => {
      ran.push(`${name} ${clock.now()}`)
      then?.()
    }, delayMs)
  after(20, 'late')
  after(10, 'first', () => after(0, 'set by first'))
  after(10, 'second')
  const cleared = after(5, 'cleared')
  after(-5, 'overdue')
  after(21, 'too late')
  clock.clearTimeout(cleared)
  await clock.pass(20)
  assert.deepEqual(ran, ['overdue 1000', 'first 1010', 'second 1010', 'set by first 1010', 'late 1020'])
  assert.deepEqual([clock.now(), clock.waiting, clock.nextInMs], [1_020, 1, 1])
})
