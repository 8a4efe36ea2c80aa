import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { eachRecord } from '../../src/processors/each-record.ts'
import type { KinesisRecord } from '../../src/records/record.ts'
import { FakeDaemons } from '../support/fake-daemons.ts'
import { fakeRuntime } from '../support/fake-runtime.ts'
import { until } from '../support/turns.ts'

const stallTimeoutMs = 1_000
const shardId = 'shardId-000000000000'

test('fault 14: with warn the shard is shown in status() and health(), and goes on when its handler does', async t => {
  let goOn = (): void => {}
  const processor = eachRecord<KinesisRecord>(() => new Promise<void>(resolve => (goOn = resolve)))
  const { runtime, logger } = await fakeRuntime(t, [['shard']], { defaults: { stallTimeoutMs } }, { processor })
  await runtime.start()
  const shard = () => runtime.status().streams[0]?.shards[0]
  await until('it stalls', () => shard()?.stalledMs !== null && shard()?.stalledMs !== undefined)
  assert.equal(shard()?.longestCall?.sequenceNumber, '77')
  const [reason] = runtime.health().reasons
  assert.match(reason ?? '', /^app-0 shardId-0+ has made no progress for \d+ ms at 77$/)
  assert.deepEqual([runtime.health().live, runtime.health().ready], [true, false])
  await until('it is said', () => logger.messages('error').some(message => message.startsWith('a handler stalls')))
  goOn()
  await until('that is said', () => logger.messages('warn').includes('the stall is over: the handler goes on'))
  assert.deepEqual([runtime.health().reasons, runtime.status().streams[0]?.restarts], [[], 0])
})

test('fault 14: with restartStream the handler gets its signal, and the tree starts again from the checkpoint', async t => {
  const calls: string[] = []
  const processor = eachRecord<KinesisRecord>((record, { signal }) => {
    calls.push(record.sequenceNumber)
    if (calls.length > 1) return undefined
    return new Promise((_, reject) => {
      signal.addEventListener('abort', () => {
        calls.push(`aborted: ${(signal.reason as Error).message}`)
        reject(signal.reason as Error)
      })
    })
  })
  const { runtime, logger, fakes, alive } = await fakeRuntime(
    t,
    [['shard']],
    {},
    { processor, stallTimeoutMs, onStall: 'restartStream' },
  )
  await runtime.start()
  await until('it was handled again', () => calls.length === 3)
  assert.match(calls[1] ?? '', /^aborted: app-0 shardId-0+ at 77 has made no progress/)
  assert.deepEqual([calls[0], calls[2]], ['77', '77'])
  await until('it runs', () => runtime.status().streams[0]?.state === 'running')
  assert.equal(runtime.status().streams[0]?.restarts, 1)
  assert.match(runtime.status().streams[0]?.lastFailure ?? '', /has made no progress/)
  assert.deepEqual([fakes[0]?.runs().length, alive().length], [2, 1])
  assert.ok(logger.messages('error').some(message => message.startsWith('the sessions failed and start again')))
  await until('its end is said', () => logger.messages('warn').includes('the stall is over, and so is the session'))
})

test('fault 14: a handler that ignores its signal does not hold the restart up: its own shard waits handlerWaitMs and fails, the stream runs', async t => {
  let calls = 0
  const { runtime, logger } = await fakeRuntime(
    t,
    [['shard']],
    { handlerWaitMs: 100 },
    {
      processor: () => ({
        processRecords: () => {
          calls++
          return new Promise<void>(() => {})
        },
      }),
      stallTimeoutMs,
      onStall: 'restartStream',
    },
  )
  await runtime.start()
  await until('it runs again', () => {
    const [stream] = runtime.status().streams
    return stream?.restarts === 1 && stream.state === 'running'
  })
  const late = `An earlier handler of ${shardId} still runs after 100 ms`
  await until('the shard fails', () => logger.text.includes(late))
  assert.deepEqual([calls, runtime.status().streams[0]?.restarts], [1, 1])
})

test('fault 14: with exit the process ends with code 70, after it has said why, and the daemon with it', async t => {
  const fakes = await FakeDaemons.create(t)
  const program = fileURLToPath(new URL('../support/run-runtime.ts', import.meta.url))
  const child = spawn(process.execPath, ['--conditions=tsmld-source', '--import', 'tsx', program, 'stall'], {
    env: { ...process.env, ...fakes.env('shard') },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  t.after(() => child.kill('SIGKILL'))
  let said = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text
  })
  assert.deepEqual(await once(child, 'close'), [70, null])
  assert.match(said, /shardId-0+ at 77 has made no progress for \d+ ms.*The process ends with code 70\./)
  await until('the daemon sees the end of its input', () => fakes.runs()[0]?.exit?.why === 'stdin ended')
})
