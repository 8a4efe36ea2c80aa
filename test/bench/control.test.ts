import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { type TestContext, test } from 'node:test'
import { Control } from '../../bench/harness/control.ts'

async function relayed(t: TestContext) {
  const folder = await mkdtemp(join(tmpdir(), 'bench-control-'))
  const control = await Control.listen(join(folder, 'control.sock'))
  const relay = connect(join(folder, 'control.sock'))
  t.after(async () => {
    relay.destroy()
    control.close()
    await rm(folder, { recursive: true })
  })
  const lines = createInterface({ input: relay })
  return {
    control,
    relay,
    say: (order: object) => relay.write(`${JSON.stringify(order)}\n`),
    heard: async () => {
      const [line] = (await once(lines, 'line')) as [string]
      return JSON.parse(line) as Record<string, unknown>
    },
  }
}

test('the harness answers tsmld as its daemon would, and learns where it listens', async t => {
  const { control, relay, say, heard } = await relayed(t)
  say({ type: 'relay', pid: 4_711 })
  say({ type: 'start', version: 1, token: 'secret' })
  assert.equal((await heard())['type'], 'ready')
  say({ type: 'ping' })
  say({ type: 'listeners', listeners: [{ path: '/a.sock', load: 0 }] })
  say({ type: 'startStream', stream: { name: 'bench' } })
  assert.deepEqual(await heard(), { type: 'streamStarted', stream: 'bench' })
  const expected = { relayPid: 4_711, token: 'secret', listeners: [{ path: '/a.sock', load: 0 }], executable: null }
  assert.deepEqual(await control.orders, expected)
  say({ type: 'stop', deadlineMs: 100 })
  assert.equal((await heard())['type'], 'exit')
  await once(relay, 'end')
})

test('of a stock daemon it learns the command of each shard', async t => {
  const { control, say } = await relayed(t)
  say({ type: 'relay', pid: 4_711 })
  say({ type: 'stock', executable: 'socat - UNIX-CONNECT:/a.sock' })
  assert.equal((await control.orders).executable, 'socat - UNIX-CONNECT:/a.sock')
})
