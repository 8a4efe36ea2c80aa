import assert from 'node:assert/strict'
import { test } from 'node:test'
import { allCame, assertExactlyOnce, assertKept, judgeLines, type SinkLine } from './oracle.ts'

const produced = [1, 2, 3].map(n => ({ key: 'a', n }))
const none = { lost: [], unexpected: [], outOfOrder: [], replayedTooEarly: [], wrongAtEnd: [], duplicates: [] }

function session(id: string, from: number | 'TRIM_HORIZON') {
  const common = { application: 'app', session: id, shardId: 'shard-0' }
  const place = (at: number | string) => ({ sequenceNumber: String(at), subSequenceNumber: 0 })
  return {
    begun: { ...common, type: 'begun', ...place(from) } satisfies SinkLine,
    delivered: (n: number, at = n, key = 'a'): SinkLine => ({ ...common, type: 'delivered', ...place(at), key, n }),
    checkpointed: (at: number): SinkLine => ({ ...common, type: 'checkpointed', ...place(at) }),
  }
}
const first = session('1', 'TRIM_HORIZON')
const second = session('2', 1)

test('records that come once and in order are what was promised', () => {
  const lines = [first.begun, first.delivered(1), first.delivered(2), first.checkpointed(2), first.delivered(3)]
  assert.deepEqual(judgeLines(produced, lines), none)
  assertExactlyOnce(produced, lines)
  assert.ok(allCame(produced, lines))
})

test('what is lost and what nobody produced is told', () => {
  const lines = [first.begun, first.delivered(1), first.delivered(9)]
  const verdict = judgeLines(produced, lines)
  assert.deepEqual(verdict.lost, ['app: a#2', 'app: a#3'])
  assert.deepEqual(verdict.unexpected, ['app: a#9'])
  for (const assertion of [assertKept, assertExactlyOnce]) assert.throws(() => assertion(produced, lines))
  assert.ok(!allCame(produced, lines))
  assert.ok(allCame(produced.slice(0, 1), lines))
  assert.deepEqual(judgeLines(produced, []).lost.length, 3)
})

test('where nothing was produced nothing is shown', () => {
  assert.throws(() => assertKept([], []), /of nothing nothing is lost/)
})

test('what another application was given is not what came', () => {
  const elsewhere = { ...first.delivered(3), application: 'other' }
  const verdict = judgeLines(produced, [first.begun, first.delivered(1), first.delivered(2), elsewhere])
  assert.deepEqual([verdict.lost, verdict.unexpected], [['app: a#3'], ['other: a#3']])
})

test('replays from the checkpoint are allowed and counted, but are not exactly once', () => {
  const lines = [
    ...[first.begun, first.delivered(1), first.checkpointed(1), first.delivered(2)],
    ...[second.begun, second.delivered(2), second.delivered(3)],
  ]
  assert.equal(assertKept(produced, lines), 1)
  assert.throws(() => assertExactlyOnce(produced, lines))
})

test('replays of what was checkpointed are told, also where a late note tells an older checkpoint again', () => {
  const before = [first.begun, first.delivered(1), first.checkpointed(1), first.delivered(2), first.checkpointed(2)]
  const after = [second.begun, second.delivered(2), second.delivered(3)]
  for (const lines of [
    [...before, ...after],
    [...before, first.checkpointed(1), ...after],
  ]) {
    assert.deepEqual(judgeLines(produced, lines).replayedTooEarly, ['session 2 of shard-0 began at 1'])
    assert.throws(() => assertKept(produced, lines))
  }
})

test('a checkpoint counts from when it was noted', () => {
  const lines = [first.begun, first.delivered(1), first.delivered(2), second.begun, first.checkpointed(2)]
  assert.deepEqual(judgeLines(produced, [...lines, second.delivered(2), second.delivered(3)]), {
    ...none,
    duplicates: ['app: a#2'],
  })
})

test('disorder in a session and among the records of a key is told', () => {
  const inSession = [first.begun, first.delivered(1, 5), first.delivered(2, 4), first.delivered(3, 6)]
  assert.deepEqual(judgeLines(produced, inSession).outOfOrder, ['app: a#2 in session 1'])
  const ofKey = [first.begun, first.delivered(2, 1), second.begun, second.delivered(1, 2), second.delivered(3, 3)]
  assert.deepEqual(judgeLines(produced, ofKey).outOfOrder, ['app: a#1 after a later one of its key'])
})
