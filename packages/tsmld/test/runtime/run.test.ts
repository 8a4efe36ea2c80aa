import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { type TestContext, test } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { FakeDaemons } from '../support/fake-daemons.ts'
import { until } from '../support/turns.ts'

const program = fileURLToPath(new URL('../support/run-runtime.ts', import.meta.url))

/** Starts a program with one runtime, in a process group of its own, and waits until its record is handled. */
async function running(t: TestContext, how: 'hang' | 'stop' | 'well' = 'well') {
  const fakes = await FakeDaemons.create(t)
  const child = spawn(process.execPath, ['--conditions=tsmld-source', '--import', 'tsx', program, how], {
    env: { ...process.env, ...fakes.env('shard'), TSMLD_LOG: 'off' },
    stdio: ['ignore', 'pipe', 'inherit'],
    detached: true,
  })
  t.after(() => child.kill('SIGKILL'))
  const exited = once(child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>
  await once(child.stdout, 'data')
  const daemon = (): { code: number; why: string } | null => fakes.runs()[0]?.exit ?? null
  return { fakes, pid: child.pid ?? 0, exited, daemon }
}

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  test(`fault 9: ${signal} drains the shards, and the program ends with code 0`, async t => {
    const { fakes, pid, exited, daemon } = await running(t)
    process.kill(pid, signal)
    assert.deepEqual(await exited, [0, null])
    assert.equal(daemon()?.why, 'stopped')
    assert.deepEqual(
      fakes.runs()[0]?.heard.map(({ responseFor }) => responseFor),
      ['initialize', 'processRecords', 'shutdownRequested'],
    )
  })
}

test('fault 24: Ctrl-C, which goes to the whole process group, does not reach the daemon: its shards drain', async t => {
  const { pid, exited, daemon } = await running(t)
  process.kill(-pid, 'SIGINT')
  assert.deepEqual(await exited, [0, null])
  assert.equal(daemon()?.why, 'stopped')
})

test('a second signal ends the program at once, and the daemon with it, but not one that comes with the first', async t => {
  const { fakes, pid, exited, daemon } = await running(t, 'hang')
  process.kill(pid, 'SIGINT')
  await until('it is stopping', () => fakes.runs()[0]?.orders.at(-1)?.type === 'stop')
  process.kill(pid, 'SIGINT')
  await setTimeout(1_100)
  assert.equal(daemon(), null)
  process.kill(pid, 'SIGTERM')
  assert.deepEqual(await exited, [1, null])
  await until('the daemon sees the end of its input', () => daemon() !== null)
  assert.equal(daemon()?.why, 'stdin ended')
})

test('the first signal during a stop that the program itself began changes nothing, another ends it at once', async t => {
  const { fakes, pid, exited, daemon } = await running(t, 'stop')
  await until('it is stopping', () => fakes.runs()[0]?.orders.at(-1)?.type === 'stop')
  await setTimeout(1_100)
  process.kill(pid, 'SIGTERM')
  await setTimeout(1_100)
  assert.equal(daemon(), null)
  process.kill(pid, 'SIGTERM')
  assert.deepEqual(await exited, [1, null])
})

test('fault 10: SIGKILL of Node leaves no daemon behind', async t => {
  const { pid, exited, daemon } = await running(t)
  process.kill(pid, 'SIGKILL')
  assert.deepEqual(await exited, [null, 'SIGKILL'])
  await until('the daemon sees the end of its input', () => daemon() !== null)
  assert.equal(daemon()?.why, 'stdin ended')
})

test('a program with threads is drained by SIGTERM and ends with code 0, whatever its modules keep open, and what they print comes out', async t => {
  const fakes = await FakeDaemons.create(t)
  const threaded = fileURLToPath(new URL('../support/run-threaded-runtime.ts', import.meta.url))
  const child = spawn(process.execPath, ['--conditions=tsmld-source', '--import', 'tsx', threaded], {
    env: { ...process.env, ...fakes.env('shard'), TSMLD_LOG: 'off' },
    stdio: ['ignore', 'pipe', 'inherit'],
    detached: true,
  })
  t.after(() => child.kill('SIGKILL'))
  let printed = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    printed += text
  })
  const exited = once(child, 'close')
  await until('it runs', () => printed.includes('running'))
  process.kill(child.pid ?? 0, 'SIGTERM')
  assert.deepEqual(await exited, [0, null])
  assert.equal(printed, 'running in a thread\nasked to stop\nover\n')
  assert.equal(fakes.runs()[0]?.exit?.why, 'stopped')
})
