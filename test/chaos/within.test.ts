import assert from 'node:assert/strict'
import { test } from 'node:test'
import { within } from '../../chaos/run/within.ts'

const timers = (): number => process.getActiveResourcesInfo().filter(name => name === 'Timeout').length

test('what comes in time is what it resolves with, what does not is null', async () => {
  assert.equal(await within(Promise.resolve('here'), 60_000), 'here')
  assert.equal(await within(new Promise(() => {}), 5), null)
  await assert.rejects(within(Promise.reject(new Error('no')), 60_000), /no/)
})

test('its timer ends with it: nothing of it keeps the process alive', async () => {
  const before = timers()
  await within(Promise.resolve('here'), 60_000)
  await within(Promise.reject(new Error('no')), 60_000).catch(() => {})
  assert.equal(timers(), before)
})
