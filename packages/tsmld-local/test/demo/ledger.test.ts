import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isKept, Ledger } from '../../src/demo/ledger.ts'

const at = (sequenceNumber: number, subSequenceNumber = 0) => ({
  sequenceNumber: String(sequenceNumber),
  subSequenceNumber,
})

function ledgerOf(key: string, count: number): Ledger {
  const ledger = new Ledger()
  for (let n = 0; n < count; n++) ledger.produced({ key, n })
  return ledger
}

test('records that came once and in order keep the promise', () => {
  const ledger = ledgerOf('a', 3)
  const session = ledger.session('shard-0')
  ledger.delivered(session, at(9), { key: 'a', n: 0 })
  // Sequence numbers are compared as numbers, not as text.
  ledger.delivered(session, at(10), { key: 'a', n: 1 })
  ledger.delivered(session, at(10, 1), { key: 'a', n: 2 })
  const verdict = ledger.verdict()
  assert.deepEqual(verdict, {
    produced: 3,
    processed: 3,
    lost: 0,
    duplicates: 0,
    outOfOrder: 0,
    unexpected: 0,
    shards: 1,
  })
  assert.equal(isKept(verdict), true)
})

test('a record that never came is lost', () => {
  const ledger = ledgerOf('a', 2)
  ledger.delivered(ledger.session('shard-0'), at(1), { key: 'a', n: 1 })
  assert.equal(ledger.verdict().lost, 1)
  assert.equal(isKept(ledger.verdict()), false)
})

test('a replay in a new session is duplicates, in order and allowed', () => {
  const ledger = ledgerOf('a', 2)
  for (let replay = 0; replay < 2; replay++) {
    const session = ledger.session('shard-0')
    ledger.delivered(session, at(1), { key: 'a', n: 0 })
    ledger.delivered(session, at(2), { key: 'a', n: 1 })
  }
  const verdict = ledger.verdict()
  assert.deepEqual([verdict.duplicates, verdict.outOfOrder, verdict.lost], [2, 0, 0])
  assert.equal(isKept(verdict), true)
  assert.deepEqual(ledger.rows(), [
    { shardId: 'shard-0', records: 4, checkpoints: 0, millisBehindLatest: null, sessions: 2, ended: false },
  ])
})

test('going back within one session is out of order', () => {
  const ledger = ledgerOf('a', 2)
  const session = ledger.session('shard-0')
  ledger.delivered(session, at(2), { key: 'a', n: 0 })
  ledger.delivered(session, at(1), { key: 'a', n: 1 })
  assert.equal(ledger.verdict().outOfOrder, 1)
  assert.equal(isKept(ledger.verdict()), false)
})

test('a child shard that overtakes its parent is out of order by its keys', () => {
  const ledger = ledgerOf('a', 2)
  ledger.delivered(ledger.session('child'), at(20), { key: 'a', n: 1 })
  ledger.delivered(ledger.session('parent'), at(10), { key: 'a', n: 0 })
  assert.equal(ledger.verdict().outOfOrder, 1)
})

test('a record that nobody produced breaks the promise', () => {
  const ledger = ledgerOf('a', 1)
  const session = ledger.session('shard-0')
  ledger.delivered(session, at(1), { key: 'a', n: 0 })
  ledger.delivered(session, at(2), { key: 'a', n: 7 })
  const verdict = ledger.verdict()
  assert.deepEqual([verdict.lost, verdict.unexpected, isKept(verdict)], [0, 1, false])
})
