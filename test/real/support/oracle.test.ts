import assert from 'node:assert/strict'
import { test } from 'node:test'
import { assertExactlyOnce, assertKept, judge, type SinkLine } from './oracle.ts'

const produced = [1, 2, 3].map(n => ({ key: 'a', n }))
const none = { lost: [], unexpected: [], outOfOrder: [], replayedTooEarly: [], duplicates: [] }

function session(id: string) {
  const common = { application: 'app', session: id, shardId: 'shard-0' }
  const place = (at: number) => ({ sequenceNumber: String(at), subSequenceNumber: 0 })
  return {
    begun: { ...common, type: 'begun', sequenceNumber: 'TRIM_HORIZON', subSequenceNumber: 0 } satisfies SinkLine,
    delivered: (n: number, at = n, key = 'a'): SinkLine => ({ ...common, type: 'delivered', ...place(at), key, n }),
    checkpointed: (at: number): SinkLine => ({ ...common, type: 'checkpointed', ...place(at) }),
  }
}
const first = session('1')
const second = session('2')

test('the oracle is content with records that come once and in order', () => {
  const lines = [first.begun, first.delivered(1), first.delivered(2), first.checkpointed(2), first.delivered(3)]
  assert.deepEqual(judge(produced, lines), none)
  assertExactlyOnce(produced, lines)
})

test('the oracle sees what is lost and what nobody produced', () => {
  const verdict = judge(produced, [first.begun, first.delivered(1), first.delivered(9)])
  assert.deepEqual(verdict, { ...none, lost: ['a#2', 'a#3'], unexpected: ['a#9'] })
})

test('the oracle allows replays from the checkpoint, and counts them', () => {
  const lines = [
    ...[first.begun, first.delivered(1), first.checkpointed(1), first.delivered(2)],
    ...[second.begun, second.delivered(2), second.delivered(3)],
  ]
  assert.equal(assertKept(produced, lines), 1)
  assert.throws(() => assertExactlyOnce(produced, lines))
})

test('the oracle sees replays of what was checkpointed', () => {
  const lines = [
    ...[first.begun, first.delivered(1), first.delivered(2), first.checkpointed(2)],
    ...[second.begun, second.delivered(2), second.delivered(3)],
  ]
  assert.deepEqual(judge(produced, lines).replayedTooEarly, ['a#2 in 2'])
  assert.throws(() => assertKept(produced, lines))
})

test('the oracle sees disorder in a session and among the records of a key', () => {
  const inSession = [first.begun, first.delivered(1, 5), first.delivered(2, 4), first.delivered(3, 6)]
  assert.deepEqual(judge(produced, inSession).outOfOrder, ['a#2 in 1'])
  const ofKey = [first.begun, first.delivered(2, 1), second.begun, second.delivered(1, 2), second.delivered(3, 3)]
  assert.deepEqual(judge(produced, ofKey).outOfOrder, ['a#1 after a#2'])
})

test('the oracle orders by the sub-sequence number inside an aggregate, and numbers of any length as numbers', () => {
  const at = (sequenceNumber: string, subSequenceNumber: number, n: number): SinkLine => ({
    ...first.begun,
    type: 'delivered',
    sequenceNumber,
    subSequenceNumber,
    key: 'a',
    n,
  })
  assert.deepEqual(judge(produced, [first.begun, at('9', 0, 1), at('9', 1, 2), at('10', 0, 3)]), none)
})
