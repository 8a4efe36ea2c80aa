import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Coalescer } from '../../src/daemon/coalescer.ts'
import { VirtualClock } from '../support/virtual-clock.ts'

test('many requests are one run, once they pause', async t => {
  const clock = new VirtualClock(t)
  let runs = 0
  const coalescer = new Coalescer(() => runs++, 50, 500)
  for (let n = 0; n < 5; n++) {
    coalescer.request()
    await clock.pass(40)
  }
  assert.equal(runs, 0)
  await clock.pass(10)
  assert.equal(runs, 1)
  await clock.pass(1_000)
  assert.equal(runs, 1)
})

test('requests that never pause hold it back no longer than the limit', async t => {
  const clock = new VirtualClock(t)
  let runs = 0
  const coalescer = new Coalescer(() => runs++, 50, 500)
  for (let passedMs = 0; passedMs < 1_200; passedMs += 40) {
    coalescer.request()
    await clock.pass(40)
  }
  assert.equal(runs, 2)
})

test('what was cancelled does not happen, and a later request does', async t => {
  const clock = new VirtualClock(t)
  let runs = 0
  const coalescer = new Coalescer(() => runs++, 50, 500)
  coalescer.request()
  coalescer.cancel()
  await clock.pass(1_000)
  assert.equal(runs, 0)
  coalescer.request()
  await clock.pass(50)
  assert.equal(runs, 1)
})
