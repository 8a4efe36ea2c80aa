import assert from 'node:assert/strict'
import { existsSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { test } from 'node:test'
import { RestartLimitError } from '../../src/errors.ts'
import type { FakeDaemons } from '../support/fake-daemons.ts'
import { fakeRuntime } from '../support/fake-runtime.ts'
import { threadedRuntime } from '../support/threaded-runtime.ts'
import { rejection, until } from '../support/turns.ts'

/** The sockets that the last daemon was told of. */
function socketsOf(fakes: FakeDaemons | undefined): string[] {
  const orders = fakes?.runs().at(-1)?.orders ?? []
  const lists = orders.flatMap(order => (order.type === 'listeners' ? [order.listeners] : []))
  return (lists.at(-1) ?? []).flatMap(listener => ('path' in listener ? [listener.path] : []))
}

for (const threads of [0, 2]) {
  test(`fault 25: with ${threads} threads, the folder removed while streams run: each says so, and starts again in the folder made anew`, async t => {
    const modes = [['well'], ['well']] as const
    const { runtime, fakes, logger, alive } = await (threads === 0
      ? fakeRuntime(t, modes)
      : threadedRuntime(t, { threads }, {}, modes))
    await runtime.start()
    const before = fakes.map(socketsOf)
    const folder = dirname(before[0]?.[0] ?? '')
    const jvms = alive()
    rmSync(folder, { recursive: true })
    const isBack = () => {
      const { streams } = runtime.status()
      return streams.every(({ state, restarts }) => state === 'running' && restarts === 1)
    }
    await until('both streams run again', isBack)
    const after = fakes.map(socketsOf)
    for (const socket of after.flat()) assert.equal(existsSync(socket), true, socket)
    assert.deepEqual(
      after.map(sockets => [sockets.length, ...new Set(sockets.map(dirname))]),
      [
        [Math.max(threads, 1), folder],
        [Math.max(threads, 1), folder],
      ],
    )
    assert.equal(
      after.flat().some(socket => before.flat().includes(socket)),
      false,
    )
    assert.equal(
      jvms.some(pid => alive().includes(pid)),
      false,
    )
    assert.equal(alive().length, 2)
    for (const { lastFailure } of runtime.status().streams) assert.match(lastFailure ?? '', /something removed it/)
    assert.equal(logger.messages('error').filter(text => /the listener failed .*set TMPDIR/.test(text)).length, 2)
    await runtime.stop()
    assert.deepEqual([alive(), existsSync(folder)], [[], false])
  })
}

test('fault 25: where the folder cannot be had again the stream fails for good, with the reason, and no JVM is left', async t => {
  const { runtime, fakes, alive } = await fakeRuntime(t, [['well']], {
    restartLimit: { max: 1, withinMs: 60_000 },
  })
  await runtime.start()
  const folder = dirname(socketsOf(fakes[0])[0] ?? '')
  rmSync(folder, { recursive: true })
  writeFileSync(folder, '')
  const error = await rejection(runtime.closed)
  assert(error instanceof RestartLimitError)
  assert.match(error.message, /was removed, and what is there now is not this user's alone/)
  assert.deepEqual(alive(), [])
})
