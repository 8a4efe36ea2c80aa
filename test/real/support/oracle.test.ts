import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Delivery, type Evidence, judge, type Verdict } from './oracle.ts'

const came = (session: string, sequence: number, n: number, key = 'a'): Delivery => ({
  application: 'app',
  session,
  shardId: 's0',
  sequenceNumber: String(sequence),
  subSequenceNumber: 0,
  key,
  n,
})
const at = (atUs: number, sequenceNumber: string | number) => ({
  atUs,
  application: 'app',
  shardId: 's0',
  sequenceNumber: String(sequenceNumber),
  subSequenceNumber: 0,
})
const evidence = (changes: Partial<Evidence>): Evidence => ({
  produced: new Map([['app', [0, 1, 2].map(n => ({ key: 'a', n }))]]),
  taken: [came('1-1', 10, 0), came('1-1', 11, 1), came('1-1', 12, 2)],
  begun: [{ ...at(1, 'TRIM_HORIZON'), session: '1-1' }],
  checkpoints: [],
  byKeyOnly: false,
  ...changes,
})
const clean: Verdict = {
  lost: [],
  unexpected: [],
  outOfOrder: [],
  replayedTooEarly: [],
  wrongAtEnd: [],
  duplicates: [],
}

test('all that was produced, once and in order, is what was promised', () => {
  assert.deepEqual(judge(evidence({})), clean)
})

test('a record that never came is lost, and where it was its key’s last the sink’s state is wrong', () => {
  const verdict = judge(evidence({ taken: [came('1-1', 10, 0), came('1-1', 11, 1)] }))
  assert.deepEqual(verdict.lost, ['app: a#2'])
  assert.deepEqual(verdict.wrongAtEnd, ['app: a#2 is not what the sink has: 1'])
})

test('a record that nobody produced, or that came to another application, is unexpected', () => {
  const { taken } = evidence({})
  assert.deepEqual(judge(evidence({ taken: [...taken, came('1-1', 13, 9)] })).unexpected, ['app: a#9'])
  const elsewhere = { ...came('1-1', 13, 1), application: 'other' }
  assert.deepEqual(judge(evidence({ taken: [...taken, elsewhere] })).unexpected, ['other: a#1'])
})

test('a replay by another session is a duplicate and no fault', () => {
  const { taken, begun } = evidence({})
  const replayed = evidence({
    taken: [...taken, came('2-1', 11, 1), came('2-1', 12, 2)],
    begun: [...begun, { ...at(9, 10), session: '2-1' }],
    checkpoints: [at(5, 10)],
  })
  assert.deepEqual(judge(replayed), { ...clean, duplicates: ['app: a#1', 'app: a#2'] })
})

test('a session that goes back is out of order, also to the same record', () => {
  const { taken } = evidence({})
  for (const n of [2, 1])
    assert.deepEqual(judge(evidence({ taken: [...taken, came('1-1', 10 + n, n)] })).outOfOrder, [
      `app: a#${n} in session 1-1`,
    ])
})

test('where several records are handled at a time, order is each key’s', () => {
  const produced = new Map([
    [
      'app',
      [
        { key: 'a', n: 0 },
        { key: 'b', n: 0 },
      ],
    ],
  ])
  const taken = [came('1-1', 11, 0, 'b'), came('1-1', 10, 0, 'a')]
  assert.deepEqual(judge(evidence({ produced, taken, byKeyOnly: true })), clean)
  assert.equal(judge(evidence({ produced, taken })).outOfOrder.length, 1)
})

test('a record whose later one came first, in whatever session, is out of order', () => {
  const taken = [came('1-1', 10, 0), came('1-1', 12, 2), came('2-1', 11, 1)]
  assert.deepEqual(judge(evidence({ taken })).outOfOrder, ['app: a#1 after a later one of its key'])
})

test('a session that begins before a checkpoint that was in the table is told, and so is what it delivers from before its start', () => {
  const { taken, begun } = evidence({})
  const replaying = [...taken, came('2-1', 12, 2)]
  const early = judge(
    evidence({ taken: replaying, begun: [...begun, { ...at(9, 10), session: '2-1' }], checkpoints: [at(5, 11)] }),
  )
  assert.deepEqual(early.replayedTooEarly, ['session 2-1 of s0 began at 10'])
  const first = { ...at(9, 'TRIM_HORIZON'), session: '2-1' }
  const fromTheStart = judge(evidence({ taken: replaying, begun: [...begun, first], checkpoints: [at(5, 11)] }))
  assert.equal(fromTheStart.replayedTooEarly.length, 1)
  const before = judge(
    evidence({ taken: [...taken, came('2-1', 11, 1)], begun: [...begun, { ...at(9, 11), session: '2-1' }] }),
  )
  assert.deepEqual(before.replayedTooEarly, ['app: a#1 before the start of session 2-1'])
})

test('a checkpoint that came after a session began, or of another shard, is no floor for it, nor is any for one that took nothing', () => {
  const { taken, begun } = evidence({})
  const sessions = [...begun, { ...at(9, 10), session: '2-1' }]
  const replaying = [...taken, came('2-1', 12, 2)]
  for (const atUs of [9, 10]) {
    const later = judge(evidence({ taken: replaying, begun: sessions, checkpoints: [at(atUs, 11)] }))
    assert.deepEqual(later.replayedTooEarly, [])
  }
  const other = { ...at(5, 11), shardId: 's1' }
  assert.deepEqual(judge(evidence({ taken: replaying, begun: sessions, checkpoints: [other] })).replayedTooEarly, [])
  assert.deepEqual(judge(evidence({ begun: sessions, checkpoints: [at(5, 11)] })), clean)
})

test('a session after the shard’s end was checkpointed begins too early', () => {
  const { taken, begun } = evidence({})
  const late = [...begun, { ...at(9, 10), session: '2-1' }]
  const replaying = [...taken, came('2-1', 12, 2)]
  const judged = judge(evidence({ taken: replaying, begun: late, checkpoints: [at(5, 'SHARD_END')] }))
  assert.equal(judged.replayedTooEarly.length, 1)
})

test('the state at the end is told by sequence numbers: a late replay of an old value changes nothing', () => {
  const { taken } = evidence({})
  assert.deepEqual(judge(evidence({ taken: [...taken, came('2-1', 10, 0)] })).wrongAtEnd, [])
})

test('a session of which no start is known may have replayed anything', () => {
  const { taken } = evidence({})
  assert.deepEqual(judge(evidence({ taken: [...taken, came('2-1', 12, 2)] })).replayedTooEarly, [
    'app: a#2 in the unknown session 2-1',
  ])
})

test('inside an aggregate the sub-sequence number decides, and sequence numbers of any length are numbers', () => {
  const at = (sequenceNumber: string, subSequenceNumber: number, n: number): Delivery => {
    return { ...came('1-1', 0, n), sequenceNumber, subSequenceNumber }
  }
  assert.deepEqual(judge(evidence({ taken: [at('9', 0, 0), at('9', 1, 1), at('10', 0, 2)] })), clean)
  const backwards = judge(evidence({ taken: [at('9', 1, 0), at('9', 0, 1), at('10', 0, 2)] }))
  assert.deepEqual(backwards.outOfOrder, ['app: a#1 in session 1-1'])
  const begun = [{ ...at('9', 1, 0), atUs: 1, session: '1-1' }]
  assert.deepEqual(judge(evidence({ taken: [at('9', 2, 0), at('9', 3, 1), at('10', 0, 2)], begun })), clean)
})

test('keys and shards of one name in two applications are not the same', () => {
  const { produced, taken, begun } = evidence({})
  const other = <T extends object>(of: T): T & { application: string } => ({ ...of, application: 'other' })
  const both = {
    produced: new Map([...produced, ['other', [{ key: 'a', n: 0 }]]]),
    taken: [...taken, other(came('2-1', 10, 0))],
    begun: [...begun, other({ ...at(9, 'TRIM_HORIZON'), session: '2-1' })],
    checkpoints: [at(5, 12)],
  }
  assert.deepEqual(judge(evidence(both)), clean)
  const lacking = judge(evidence({ ...both, taken }))
  assert.deepEqual(lacking.wrongAtEnd, ['other: a#0 is not what the sink has: undefined'])
})

test('keys have an order each', () => {
  const { produced, taken } = evidence({})
  const more = new Map([...produced].map(([application, all]) => [application, [...all, { key: 'b', n: 0 }]]))
  assert.deepEqual(judge(evidence({ produced: more, taken: [...taken, came('1-1', 13, 0, 'b')] })), clean)
})

test('every first delivery behind the newest of its key is out of order', () => {
  const taken = [came('1-1', 12, 2), came('2-1', 10, 0), came('2-1', 11, 1)]
  assert.equal(judge(evidence({ taken })).outOfOrder.length, 2)
})

test('a key’s last record is its greatest, in whatever order they were put together', () => {
  const produced = new Map([['app', [2, 0, 1].map(n => ({ key: 'a', n }))]])
  assert.deepEqual(judge(evidence({ produced })), clean)
})
