import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createRuntime, eachRecord, kinesisStream } from 'tsmld'
import type { Kill, Strike } from '../../chaos/report/strike.ts'
import { type TakeOver, takeOvers } from '../../chaos/report/take-over.ts'
import type { Taken } from '../../chaos/run/sink-server.ts'

const shard = { application: 'app', shardId: 's0' }
const kill: Kill = { kind: 'killNode', worker: 0, atUs: 10e6, pid: 7, shards: [shard] }
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
const mostMs = 4_000
const struck = (kind: Kill['kind'], fromUs: number, untilUs: number): Strike => ({
  fault: { kind, atMs: 0, worker: 0, durationMs: 0 },
  fromUs,
  untilUs,
  foundNothing: null,
  acted: true,
})
const own = struck('killNode', 9.9e6, 12e6)
const found = (records: readonly Taken[], strikes: readonly Strike[] = [own], kills = [kill]): TakeOver[] =>
  takeOvers(kills, records, strikes, mostMs)

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
  assert.deepEqual(found(records), [
    { kind: 'killNode', ...shard, ms: 3_000, undisturbedMs: 3_000, judgement: { kind: 'judged' } },
  ])
})

test('other faults in between move the time from which it is bounded, not the time that is told', () => {
  const [over] = found([taken('8-2', 20e6)], [own, struck('tableDown', 11e6, 15e6), struck('split', 21e6, 22e6)])
  assert.deepEqual([over?.ms, over?.undisturbedMs], [10_000, 5_000])
  const ofAnother = {
    ...struck('killNode', 9e6, 15e6),
    fault: { kind: 'killNode', atMs: 0, worker: 1, durationMs: 0 },
  } as const
  for (const other of [struck('tableDown', 9e6, 15e6), struck('killNode', 12e6, 15e6), ofAnother])
    assert.equal(found([taken('8-2', 20e6)], [own, other])[0]?.undisturbedMs, 5_000)
  const [before] = found([taken('8-2', 20e6)], [own, struck('slowTable', 5e6, 6e6)])
  assert.equal(before?.undisturbedMs, 10_000)
  const [during] = found([taken('8-2', 20e6)], [own, struck('slowTable', 15e6, 25e6)])
  assert.equal(during?.undisturbedMs, 0)
})

test('a process whose id begins as the killed one’s is another', () => {
  assert.equal(found([taken('77-1', 11e6)])[0]?.ms, 1_000)
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

const judgementOf = (...given: Parameters<typeof found>) => found(...given)[0]?.judgement

test('what is late from the kill is judged from there, unless another fault acted meanwhile: then from its end', () => {
  const late = [taken('8-2', 20e6)]
  assert.deepEqual(judgementOf(late), { kind: 'judged' })
  assert.deepEqual(judgementOf(late, [own, struck('tableDown', 11e6, 15e6)]), { kind: 'judgedLater' })
  const idle = { ...struck('stopJvm', 11e6, 15e6), foundNothing: 'it held no lease' }
  assert.deepEqual(judgementOf(late, [own, idle]), { kind: 'judgedLater' })
  assert.deepEqual(judgementOf(late, [own, { ...idle, acted: false }]), { kind: 'judged' })
})

test('what is in time from the kill is judged from there, whatever lay in between', () => {
  assert.deepEqual(judgementOf([taken('8-2', 14e6)], [own, struck('tableDown', 11e6, 20e6)]), { kind: 'judged' })
})

test('what cannot be judged says why: a shard that went on during another fault, one of which nothing more came, a host', () => {
  const why = (...given: Parameters<typeof found>): string => {
    const judgement = judgementOf(...given)
    return judgement?.kind === 'notJudged' ? judgement.why : ''
  }
  assert.match(
    why([taken('8-2', 20e6)], [own, struck('slowTable', 15e6, 25e6)]),
    /had not ended when the shard went on/,
  )
  assert.match(why([taken('7-1', 10.1e6)]), /no record of the shard came/)
  assert.match(why([taken('8-2', 11e6)], [own], [{ ...kill, kind: 'killBoth' }]), /has no bound/)
  assert.equal(found([taken('7-1', 10.1e6)])[0]?.ms, null)
})
