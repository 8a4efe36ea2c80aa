import assert from 'node:assert/strict'
import { test } from 'node:test'
import { healthOf } from '../../src/runtime/health.ts'
import type { RuntimeState } from '../../src/runtime/status.ts'
import type { StreamState, StreamStatus } from '../../src/runtime/stream-supervisor.ts'
import type { ThreadStatus } from '../../src/threads/thread-pool.ts'

const stream = (state: StreamState, lastFailure: string | null = null): StreamStatus => ({
  name: 'clicks-cache',
  type: 'kinesis',
  state,
  daemon: { kind: 'embedded', pid: 7 },
  restarts: 0,
  lastFailure,
  shards: [],
})
const shard = {
  shardId: 'shardId-1',
  thread: null,
  state: 'idle',
  lease: 'held',
  handlingMs: null,
  longestCall: null,
  blockedRecords: 0,
  blocked: [],
  stalledMs: null,
  records: 0,
  batches: 0,
  checkpoints: 0,
  lastSequenceNumber: null,
  checkpointedSequenceNumber: null,
  millisBehindLatest: null,
} as const
const health = (state: RuntimeState, ...streams: StreamStatus[]) =>
  healthOf({ state, workerId: 'w', streams, threads: [] })

test('a runtime whose streams all run is live and ready, with no lease too', () => {
  assert.deepEqual(health('running', stream('running'), stream('running')), { live: true, ready: true, reasons: [] })
})

test('a stream that restarts is not ready, yet live, and says what it last failed with', () => {
  assert.deepEqual(health('running', stream('running'), stream('restarting', 'the daemon ended')), {
    live: true,
    ready: false,
    reasons: ['clicks-cache is restarting: the daemon ended'],
  })
})

test('a failure that is over is no reason', () => {
  assert.equal(health('running', stream('running', 'the daemon ended')).ready, true)
})

test('a stream that has failed for good makes the process worth replacing', () => {
  assert.equal(health('running', stream('running'), stream('failed', 'too often')).live, false)
  assert.equal(health('failed', stream('stopped')).live, false)
})

for (const state of ['created', 'starting', 'stopping', 'stopped'] as const) {
  test(`a runtime that is ${state} is live and not ready, and says so first`, () => {
    const { live, ready, reasons } = health(state, stream('starting'))
    assert.deepEqual([live, ready], [true, false])
    assert.deepEqual(reasons, [`the runtime is ${state}`, 'clicks-cache is starting'])
  })
}

test('a shard that fails three times in a row makes the runtime not ready, and is named with its reason; before that it is not', () => {
  const failing = (failures: number): StreamStatus => ({
    ...stream('running'),
    shards: [{ ...shard, failures, lastFailure: 'poison' }],
  })
  assert.equal(health('running', failing(2)).ready, true)
  assert.deepEqual(health('running', failing(3)), {
    live: true,
    ready: false,
    reasons: ['clicks-cache shardId-1 failed 3 times in a row: poison'],
  })
})

test('a thread that is gone makes the runtime not ready until it runs again', () => {
  const thread = { index: 1, silentMs: null, sessions: 0, restarts: 0, lastFailure: 'Thread 1 ended with code 7' }
  const withThread = (state: ThreadStatus['state']) =>
    healthOf({ state: 'running', workerId: 'w', streams: [stream('running')], threads: [{ ...thread, state }] })
  assert.equal(withThread('running').ready, true)
  const reasons = ['thread 1 is restarting: Thread 1 ended with code 7']
  assert.deepEqual(withThread('restarting'), { live: true, ready: false, reasons })
})
