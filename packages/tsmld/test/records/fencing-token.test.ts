import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { fencingToken } from '../../src/records/fencing-token.ts'
import { comparePositions } from '../../src/records/sequence-number.ts'

const shard = { shardId: 'shardId-000000000000' }

test('tokens sort as text as positions do by value', () => {
  const position = fc.record({
    sequenceNumber: fc.bigInt({ min: 0n, max: 10n ** 60n }).map(String),
    subSequenceNumber: fc.maxSafeNat(),
  })
  const near = fc.record({ sequenceNumber: fc.nat(20).map(String), subSequenceNumber: fc.nat(20) })
  fc.assert(
    fc.property(fc.oneof(fc.tuple(position, position), fc.tuple(near, near)), ([a, b]) => {
      const [left, right] = [fencingToken(shard, a).order, fencingToken(shard, b).order]
      assert.equal(Math.sign(Buffer.compare(Buffer.from(left), Buffer.from(right))), Math.sign(comparePositions(a, b)))
    }),
  )
})

test('it is digits only, so that no collation sorts it otherwise, and names the shard', () => {
  const sequenceNumber = '49590338271490256608559692538361571095921575989136588898'
  const token = fencingToken(shard, { sequenceNumber, subSequenceNumber: 3 })
  assert.deepEqual(token, { shardId: shard.shardId, order: `056${sequenceNumber}0000000000000003` })
})

test('what is no position of a record is refused', () => {
  for (const [sequenceNumber, subSequenceNumber] of [
    ['TRIM_HORIZON', 0],
    ['', 0],
    ['1', -1],
    ['1', 0.5],
    [12 as never, 0],
    [undefined as never, 0],
  ] as const)
    assert.throws(() => fencingToken(shard, { sequenceNumber, subSequenceNumber }), TypeError)
})

test('a record or a shard that is forgotten is said to be', () => {
  assert.throws(
    () => fencingToken(shard, undefined as never),
    /^TypeError: fencingToken\(\) needs a shard and a record of it, not undefined$/,
  )
  assert.throws(
    () => fencingToken({ sequenceNumber: '1' } as never, { sequenceNumber: '1', subSequenceNumber: 0 }),
    /needs a shard, with its shardId/,
  )
  assert.throws(() => fencingToken(undefined as never, { sequenceNumber: '1', subSequenceNumber: 0 }), /needs a shard/)
})
