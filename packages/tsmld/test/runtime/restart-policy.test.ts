import assert from 'node:assert/strict'
import { test } from 'node:test'
import { RestartPolicy } from '../../src/runtime/restart-policy.ts'

const limit = { max: 10, withinMs: 10_000 }
const backoff = { baseMs: 100, maxMs: 30_000 }
const newPolicy = (): RestartPolicy => new RestartPolicy(limit, backoff, () => 1)

test('a tree may start again 10 times in 10 s, and the 11th failure is the last', () => {
  const policy = newPolicy()
  let now = 0
  for (let restart = 1; restart <= 10; restart++) {
    policy.started(now)
    now += 999
    assert.equal(policy.failed(now).kind, 'restart', `failure ${restart}`)
  }
  policy.started(now)
  assert.deepEqual(policy.failed(now + 999), { kind: 'giveUp' })
})

test('a failure that is 10 s of running time old counts no more', () => {
  const policy = newPolicy()
  let now = 0
  for (let failure = 1; failure <= 50; failure++) {
    policy.started(now)
    now += 1_000
    assert.equal(policy.failed(now).kind, 'restart', `failure ${failure}`)
  }
})

test('the window counts the time that the tree ran, not the time that it waited', () => {
  const policy = newPolicy()
  let now = 0
  for (let failure = 1; failure <= 10; failure++) {
    policy.started(now)
    now += 10
    const decision = policy.failed(now)
    assert.equal(decision.kind, 'restart')
    now += 3_600_000
  }
  policy.started(now)
  assert.deepEqual(policy.failed(now + 10), { kind: 'giveUp' })
})

test('starts that fail are failures too', () => {
  const policy = newPolicy()
  for (let failure = 1; failure <= 10; failure++) assert.equal(policy.failed(failure).kind, 'restart')
  assert.equal(policy.failed(11).kind, 'giveUp')
})

test('the delays double up to their limit, and begin anew after a run of a minute', () => {
  const policy = new RestartPolicy({ max: 100, withinMs: 10_000 }, backoff, () => 1)
  const delays: number[] = []
  let now = 0
  const failAfter = (runMs: number): void => {
    policy.started(now)
    now += runMs
    const decision = policy.failed(now)
    if (decision.kind === 'restart') delays.push(decision.delayMs)
  }
  for (let failure = 0; failure < 11; failure++) failAfter(59_999)
  failAfter(60_000)
  failAfter(1)
  assert.deepEqual(delays, [100, 200, 400, 800, 1_600, 3_200, 6_400, 12_800, 25_600, 30_000, 30_000, 100, 200])
})

test('a limit of 0 gives up at the first failure', () => {
  assert.deepEqual(new RestartPolicy({ max: 0, withinMs: 1 }, backoff).failed(0), { kind: 'giveUp' })
})
