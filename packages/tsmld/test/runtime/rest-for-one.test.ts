import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { type Deferred, deferred } from '../../src/deferred.ts'
import { RestartLimitError, TimeoutError } from '../../src/errors.ts'
import { type ChildSpec, RestForOne } from '../../src/runtime/rest-for-one.ts'
import { RestartPolicy } from '../../src/runtime/restart-policy.ts'
import { isPending, rejection, turns } from '../support/turns.ts'
import { VirtualClock } from '../support/virtual-clock.ts'

type Name = 'a' | 'b' | 'c'

/** A tree of three children under a virtual clock, and all that happened: `+a` started, `-a` gone, `a failed: why, 100 ms`. */
function treeOf(t: TestContext, max = 10) {
  const clock = new VirtualClock(t)
  const events: string[] = []
  const failures = new Map<Name, Deferred<Error>>()
  /** Makes the next start of a child wait, or fail. */
  const onStart = new Map<Name, (signal: AbortSignal) => Promise<void>>()
  const specs = (['a', 'b', 'c'] as const).map(
    (name): ChildSpec => ({
      name,
      async start(signal) {
        const hook = onStart.get(name)
        onStart.delete(name)
        await hook?.(signal)
        events.push(`+${name}`)
        const failed: Deferred<Error> = deferred()
        failures.set(name, failed)
        return {
          failed: failed.promise,
          async terminate() {
            await turns(1)
            events.push(`-${name}`)
          },
        }
      },
    }),
  )
  const policy = new RestartPolicy({ max, withinMs: 10_000 }, { baseMs: 100, maxMs: 1_000 }, () => 1)
  const tree = new RestForOne('app', specs, policy, (child, error, delayMs) => {
    events.push(`${child} failed: ${error.message}, ${delayMs} ms`)
  })
  const fail = (name: Name, why = 'broken'): void => failures.get(name)?.resolve(new Error(why))
  /** What happened since the last look. */
  const news = (): string => events.splice(0).join(' ')
  return { clock, tree, fail, news, onStart }
}

test('children start in order', async t => {
  const { tree, news } = treeOf(t)
  await tree.start()
  assert.equal(news(), '+a +b +c')
})

for (const [name, expected] of [
  ['a', '-c -b -a a failed: broken, 100 ms +a +b +c'],
  ['b', '-c -b b failed: broken, 100 ms +b +c'],
  ['c', '-c c failed: broken, 100 ms +c'],
] as const) {
  test(`when ${name} fails, it and those after it end in reverse order and start again in order`, async t => {
    const { tree, clock, fail, news } = treeOf(t)
    await tree.start()
    news()
    fail(name)
    await clock.pass(100)
    assert.equal(news(), expected)
    assert.equal(tree.restarts, 1)
    assert.equal(tree.lastFailure?.message, 'broken')
    assert.equal(await isPending(tree.failed), true)
  })
}

test('nothing starts before what it replaces is gone and the delay is over, and the delays grow', async t => {
  const { tree, clock, fail, news } = treeOf(t)
  await tree.start()
  for (const delayMs of [100, 200, 400, 800, 1_000, 1_000]) {
    news()
    fail('c')
    await clock.pass(delayMs - 1)
    assert.equal(news(), `-c c failed: broken, ${delayMs} ms`)
    await clock.pass(1)
    assert.equal(news(), '+c')
  }
})

test('the 11th failure in 10 s of running is the end: all children gone, and the last failure is the cause', async t => {
  const { tree, clock, fail, news } = treeOf(t)
  await tree.start()
  for (let restart = 1; restart <= 10; restart++) {
    await clock.pass(500)
    fail('c')
    await clock.pass(1_000)
  }
  assert.equal(tree.restarts, 10)
  assert.equal(await isPending(tree.failed), true)
  news()
  fail('c', 'the straw')
  const error = await tree.failed
  assert(error instanceof RestartLimitError)
  assert.match(error.message, /app failed too often, the last time by: the straw/)
  assert.equal((error.cause as Error).message, 'the straw')
  assert.equal(news(), '-c -b -a')
  await clock.pass(60_000)
  assert.equal(news(), '')
})

test('failures further apart than the limit says go on for ever', async t => {
  const { tree, clock, fail } = treeOf(t)
  await tree.start()
  for (let restart = 1; restart <= 30; restart++) {
    await clock.pass(2_000)
    fail('b')
    await clock.pass(1_000)
  }
  assert.equal(tree.restarts, 30)
  assert.equal(await isPending(tree.failed), true)
})

test('a child that passed a limit of its own is not started again', async t => {
  const { tree, clock, news } = treeOf(t)
  const limit = new RestartLimitError('the shard failed 11 times')
  const passed: Deferred<Error> = deferred()
  const child = { failed: passed.promise, terminate: () => Promise.resolve() }
  const policy = new RestartPolicy({ max: 10, withinMs: 10_000 }, { baseMs: 1, maxMs: 1 })
  const other = new RestForOne('app', [{ name: 'a', start: () => Promise.resolve(child) }], policy, () =>
    assert.fail('restarted'),
  )
  await other.start()
  passed.resolve(limit)
  await clock.pass(10)
  assert.equal(await other.failed, limit)
  assert.deepEqual([tree.restarts, news()], [0, ''])
})

test('two that fail at once restart from the first of them, and the first reason is told', async t => {
  const { tree, clock, fail, news } = treeOf(t)
  await tree.start()
  news()
  fail('c', 'first')
  fail('b', 'second')
  await clock.pass(5_000)
  assert.equal(tree.restarts, 1)
  assert.equal(tree.lastFailure?.message, 'first')
  assert.match(news(), /\+b \+c$/)
})

test('one that fails while another waits for its restart starts again with it', async t => {
  const { tree, clock, fail, news } = treeOf(t)
  await tree.start()
  news()
  fail('c')
  await clock.pass(50)
  fail('a', 'meanwhile')
  await clock.pass(50)
  assert.equal(news(), '-c c failed: broken, 100 ms -b -a +a +b +c')
  await clock.pass(60_000)
  assert.deepEqual([news(), tree.restarts], ['', 1])
})

test('a start that fails within a restart is a failure like any other', async t => {
  const { tree, clock, fail, news, onStart } = treeOf(t)
  await tree.start()
  news()
  onStart.set('c', () => Promise.reject(new Error('no port')))
  fail('b')
  await clock.pass(300)
  assert.equal(news(), '-c -b b failed: broken, 100 ms +b -b b failed: no port, 200 ms +b +c')
  assert.equal(await isPending(tree.failed), true)
})

test('one that fails while a later one starts is started again, though that start fails too; the first reason is told', async t => {
  const { tree, clock, fail, news, onStart } = treeOf(t)
  await tree.start()
  news()
  const starting = deferred<void>()
  onStart.set('c', () => starting.promise)
  fail('c')
  await clock.pass(100)
  fail('a', 'the cause')
  await turns()
  starting.reject(new Error('the effect'))
  await clock.pass(5_000)
  assert.equal(news(), '-c c failed: broken, 100 ms -b -a a failed: the cause, 200 ms +a +b +c')
})

test('a first start that fails ends those that ran, in reverse order, and is thrown; nothing starts again', async t => {
  const { tree, clock, news, onStart } = treeOf(t)
  onStart.set('c', () => Promise.reject(new Error('no such stream')))
  assert.equal((await rejection(tree.start())).message, 'no such stream')
  assert.equal(news(), '+a +b -b -a')
  await clock.pass(60_000)
  assert.equal(news(), '')
})

test('a child that fails during a first start that fails is not started again either', async t => {
  const { tree, clock, fail, news, onStart } = treeOf(t)
  const starting = deferred<void>()
  onStart.set('c', () => starting.promise)
  const started = tree.start()
  await turns()
  fail('a')
  await turns()
  starting.reject(new Error('no such stream'))
  assert.equal((await rejection(started)).message, 'no such stream')
  await clock.pass(60_000)
  assert.equal(news(), '+a +b -b -a')
})

test('released, the children that run are left to the caller, and their failures are theirs', async t => {
  const { tree, clock, fail, news } = treeOf(t)
  await tree.start()
  await tree.release()
  fail('b')
  await clock.pass(60_000)
  assert.equal(news(), '+a +b +c')
})

test('released while it waits, a tree starts nothing again', async t => {
  const { tree, clock, fail, news } = treeOf(t)
  await tree.start()
  fail('c')
  await clock.pass(50)
  await tree.release()
  await clock.pass(60_000)
  assert.equal(news(), '+a +b +c -c c failed: broken, 100 ms')
  assert.equal(clock.waiting, 0)
})

test('released while a child is being ended, a tree waits for no restart', async t => {
  const { tree, fail, news, clock } = treeOf(t)
  await tree.start()
  fail('b')
  // Its end has begun, and takes a turn.
  for (let step = 0; step < 8; step++) await Promise.resolve()
  assert.equal(await isPending(tree.release()), false)
  assert.equal(news(), '+a +b +c -c -b')
  assert.equal(clock.waiting, 0)
})

test('released while it starts, a tree calls the start off, waits for it, and ends what it started', async t => {
  const { tree, news, onStart } = treeOf(t)
  onStart.set(
    'b',
    signal => new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error))),
  )
  const started = rejection(tree.start())
  await turns()
  await tree.release()
  assert((await started) instanceof TimeoutError)
  await turns()
  assert.equal(news(), '+a -a')
})
