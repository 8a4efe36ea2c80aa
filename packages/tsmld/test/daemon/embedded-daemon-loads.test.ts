import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DaemonHost } from '../../src/daemon/daemon-host.ts'
import { EmbeddedDaemon } from '../../src/daemon/embedded-daemon.ts'
import type { ListenerLoads } from '../../src/daemon/listener-loads.ts'
import { RecordingLogger } from '../../src/testing/recording-logger.ts'
import { FakeDaemons } from '../support/fake-daemons.ts'
import { until } from '../support/turns.ts'

test('loads that change are told to the daemon, many changes at once, until its stream is out', async t => {
  const fakes = await FakeDaemons.create(t)
  const command = fakes.command('well')
  const times = { nodeTimeoutMs: 30_000, startTimeoutMs: 10_000 }
  const host = new DaemonHost(
    () => new EmbeddedDaemon({ command, token: 't', ...times, logLevels: {}, logger: new RecordingLogger() }),
  )
  const told = new Set<() => void>()
  let load = 0
  const listeners: ListenerLoads = {
    current: () => [{ path: '/a.sock', load }],
    onChange: tell => {
      told.add(tell)
      return () => told.delete(tell)
    },
  }
  const stream = { name: 'clicks-cache', type: 'kinesis', properties: {}, fastStart: false } as const
  const daemon = await host.host(stream, listeners, new AbortController().signal)
  for (load = 0; load < 5; load++) for (const tell of told) tell()
  const lists = () =>
    fakes.runs()[0]?.orders.flatMap(order => (order.type === 'listeners' ? [order.listeners] : [])) ?? []
  await until('the list came', () => lists().length === 2)
  assert.deepEqual(lists()[1], [{ path: '/a.sock', load: 5, stream: 'clicks-cache' }])
  await daemon.stop(5_000)
  assert.equal(told.size, 0)
})
