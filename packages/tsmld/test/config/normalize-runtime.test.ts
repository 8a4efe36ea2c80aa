import assert from 'node:assert/strict'
import { test } from 'node:test'
import { normalizeRuntime } from '../../src/config/normalize-runtime.ts'
import { moduleProcessor } from '../../src/processors/module-processor.ts'
import type { RuntimeOptions } from '../../src/runtime/runtime-options.ts'
import { assertRefused } from './refused.ts'
import { clicks, items } from './samples.ts'

test('two streams with one application name are refused, and both are named', () => {
  const streams = [clicks({ applicationName: 'cache' }), items({ applicationName: 'cache' })]
  assertRefused(() => normalizeRuntime({ streams }), /^Streams 'clicks' and 'items' share the applicationName 'cache'/)
})

test('two streams with one lease table are refused, whichever way it is named', () => {
  for (const other of [{ leaseTableName: 'clicks-cache' }, { properties: { tableName: 'clicks-cache' } }])
    assertRefused(
      () => normalizeRuntime({ streams: [clicks(), items(other)] }),
      /'clicks-cache' and 'items-cache' share the lease table/,
    )
})

test('lease tables of one name in two regions are two tables', () => {
  const streams = [clicks({ region: 'eu-west-1' }), items({ region: 'us-east-1', leaseTableName: 'clicks-cache' })]
  assert.equal(normalizeRuntime({ streams }).streams.length, 2)
})

test('what is not given has its default', () => {
  const { streams, ...settings } = normalizeRuntime({ streams: [clicks(), items()] }, 'linux')
  assert.deepEqual(
    streams.map(stream => stream.name),
    ['clicks-cache', 'items-cache'],
  )
  assert.deepEqual(settings, {
    threads: 0,
    stopDeadlineMs: 30_000,
    onStreamFailed: 'stop',
    sharedDaemon: false,
    transport: 'unix',
    nodeTimeoutMs: 30_000,
    startTimeoutMs: 300_000,
    restartLimit: { max: 10, withinMs: 10_000 },
    shardRestartLimit: 10,
    handlerWaitMs: 30_000,
    checkpointTimeoutMs: 60_000,
    handshakeTimeoutMs: 5_000,
    maxRecordBytes: 16_777_216,
    maxBatchBytes: 268_435_456,
    maxLineBytes: 67_108_864,
  })
})

test('Windows connects through TCP', () => {
  assert.equal(normalizeRuntime({ streams: [clicks()] }, 'win32').transport, 'tcp')
  assertRefused(() => normalizeRuntime({ streams: [clicks()], transport: 'unix' }, 'win32'), /'transport'.*Windows/)
})

const wrong: readonly (readonly [Record<string, unknown>, RegExp])[] = [
  [{ streams: undefined }, /'streams' of the runtime must be an array/],
  [{ streams: [] }, /'streams' .*at least one/],
  [{ streams: [{ streamName: 'clicks' }] }, /'streams' of the runtime must hold what kinesisStream\(\), .* give/],
  [{ streams: [null] }, /'streams' of the runtime must hold/],
  [{ stopDeadlineMS: 5 }, /'stopDeadlineMS' of the runtime is unknown\. Did you mean 'stopDeadlineMs'\?/],
  [{ stopDeadlineMs: -1 }, /'stopDeadlineMs'/],
  [{ nodeTimeoutMs: 10 }, /'nodeTimeoutMs' .*at least 3000/],
  [{ onStreamFailed: 'ignore' }, /'onStreamFailed'/],
  [{ transport: 'pipe' }, /'transport'/],
  [{ restartLimit: { max: 1 } }, /'restartLimit' of the runtime must be \{ max, withinMs \}/],
  [{ logger: { info() {} } }, /'logger' of the runtime has no method 'debug'/],
  [{ defaults: [] }, /'defaults' of the runtime must be an object/],
  [{ sharedDaemon: 1 }, /'sharedDaemon'/],
  [{ threads: 1.5 }, /'threads' of the runtime must be a whole number from 0 to 256/],
  [{ threads: 257 }, /'threads'/],
]

for (const [options, message] of wrong) {
  test(`a runtime with ${Object.keys(options).join()} wrong is refused: ${message.source}`, () => {
    assertRefused(() => normalizeRuntime({ streams: [clicks()], ...options }), message)
  })
}

test('a runtime without streams is refused', () => {
  assertRefused(() => normalizeRuntime({} as RuntimeOptions), /'streams' of the runtime is missing/)
})

test('streams that share a JVM have one heap and one log; stock ones have JVMs of their own', () => {
  const streams = [clicks({ heapBytes: 2 ** 28 }), items({ heapBytes: 2 ** 29 })]
  assertRefused(
    () => normalizeRuntime({ streams, sharedDaemon: true }),
    /'heapBytes' of 'clicks-cache' and 'items-cache' differ/,
  )
  assertRefused(
    () => normalizeRuntime({ streams: [clicks({ logLevels: { 'a.b': 'DEBUG' } }), items()], sharedDaemon: true }),
    /'logLevels' of 'clicks-cache' and 'items-cache' differ/,
  )
  assert.equal(normalizeRuntime({ streams }).sharedDaemon, false)
  const stock = [clicks({ heapBytes: 2 ** 28 }), items({ heapBytes: 2 ** 29, daemon: 'stock' })]
  assert.equal(normalizeRuntime({ streams: stock, sharedDaemon: true }).sharedDaemon, true)
})

test('threads need a processor from a module, and the refusal says how', () => {
  assertRefused(
    () => normalizeRuntime({ streams: [clicks()], threads: 2 }),
    /'threads' .* that of 'clicks-cache' is a function: .*moduleProcessor\(new URL\('\.\/that-module\.js', import\.meta\.url\)\)/,
  )
  const processor = moduleProcessor('file:///clicks.js')
  assert.equal(normalizeRuntime({ streams: [clicks({ processor })], threads: 2 }).threads, 2)
  assert.equal(normalizeRuntime({ streams: [clicks({ processor }), items()], threads: 0 }).threads, 0)
})

test('threads with a stock daemon are refused', () => {
  const processor = moduleProcessor('file:///clicks.js')
  assertRefused(
    () => normalizeRuntime({ streams: [clicks({ processor, daemon: 'stock' })], threads: 1 }),
    /'threads' of the runtime needs the embedded daemon, but 'clicks-cache' has daemon 'stock'/,
  )
})
