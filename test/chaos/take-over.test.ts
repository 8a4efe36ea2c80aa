import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createRuntime, eachRecord, kinesisStream } from 'tsmld'
import { takeOvers } from '../../chaos/report/take-over.ts'
import type { Kill, Struck } from '../../chaos/run/injector.ts'
import type { Taken } from '../../chaos/run/sink-server.ts'

const shard = { application: 'app', shardId: 's0' }
const kill: Kill = { kind: 'killNode', atUs: 10e6, pid: 7, shards: [shard] }
const taken = (session: string, atUs: number, shardId = 's0'): Taken => ({
  ...shard,
  shardId,
  session,
  atUs,
  sequenceNumber: '1',
  subSequenceNumber: 0,
  key: 'a',
  n: 0,
})
const struck = (kind: Struck['fault']['kind'], fromUs: number, untilUs: number): Struck => ({
  fault: { kind, atMs: 0, worker: 0, durationMs: 0 },
  fromUs,
  untilUs,
  missed: null,
})
const own = struck('killNode', 9.9e6, 12e6)

test('a take-over lasts from the kill to the shard’s first record from another process', () => {
  const records = [
    taken('8-1', 8e6),
    taken('7-1', 9e6),
    taken('7-1', 10.1e6),
    taken('8-1', 11e6, 's1'),
    { ...taken('8-1', 11e6), application: 'other' },
    taken('8-2', 13e6),
    taken('8-2', 14e6),
  ]
  assert.deepEqual(takeOvers([kill], records, [own]), [{ kind: 'killNode', ...shard, ms: 3_000, undisturbedMs: 3_000 }])
})

test('other faults in between move the time from which it is bounded, not the time that is told', () => {
  const [over] = takeOvers(
    [kill],
    [taken('8-2', 20e6)],
    [own, struck('tableDown', 11e6, 15e6), struck('split', 21e6, 22e6)],
  )
  assert.deepEqual([over?.ms, over?.undisturbedMs], [10_000, 5_000])
  for (const other of [struck('tableDown', 9e6, 15e6), struck('killNode', 12e6, 15e6)])
    assert.equal(takeOvers([kill], [taken('8-2', 20e6)], [own, other])[0]?.undisturbedMs, 5_000)
  const [before] = takeOvers([kill], [taken('8-2', 20e6)], [own, struck('slowTable', 5e6, 6e6)])
  assert.equal(before?.undisturbedMs, 10_000)
  const [during] = takeOvers([kill], [taken('8-2', 20e6)], [own, struck('slowTable', 15e6, 25e6)])
  assert.equal(during?.undisturbedMs, 0)
})

test('a process whose id begins as the killed one’s is another', () => {
  assert.equal(takeOvers([kill], [taken('77-1', 11e6)], [own])[0]?.ms, 1_000)
})

test('a worker’s id has its process’s between dashes: so it is known what a killed one held', () => {
  const processor = eachRecord(() => {})
  const stream = kinesisStream({
    streamName: 'clicks',
    applicationName: 'clicks-cache',
    region: 'us-east-1',
    processor,
  })
  const { workerId } = createRuntime({ streams: [stream] }).status()
  assert.ok(workerId.includes(`-${process.pid}-`))
})

test('a shard of which nothing more came has no take-over', () => {
  assert.deepEqual(takeOvers([kill], [taken('7-1', 10.1e6)], [own]), [])
})
