import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { ConfigError, TsmldError } from 'tsmld'
import { deaggregateRecords, KplAggregator, UserRecordError } from 'tsmld/kpl'
import { aggregate, aggregateOne, comes, given, state, takeApart } from './aggregates.ts'
import { anyFormat, anyHashKey, anyUserRecord, formats } from './arbitraries.ts'

const sizeOf = (put: { readonly partitionKey: string; readonly data: Uint8Array }): number =>
  put.data.length + Buffer.byteLength(put.partitionKey)

describe('what an aggregator gives', () => {
  test('is taken apart to the same records, in order, within its limit, in every format', () => {
    const anyRecords = fc.array(anyUserRecord(300), { maxLength: 60 })
    fc.assert(
      fc.property(anyFormat, fc.integer({ min: 64, max: 2_000 }), anyRecords, (format, maxBytes, records) => {
        const puts = aggregate(records, { format, maxBytes })
        const back = [...deaggregateRecords(puts.map(comes), { malformed: 'refuse' })]
        // A record that comes alone keeps its explicit hash key for Kinesis only.
        assert.deepEqual(
          back.map(record => [record.partitionKey, Buffer.from(record.data).toString('hex')]),
          records.map(record => [record.partitionKey, Buffer.from(record.data).toString('hex')]),
        )
        for (const [n, put] of puts.entries()) {
          const inside = back.filter(({ sequenceNumber }) => sequenceNumber === String(n))
          const isAlone = inside[0]?.aggregated !== true
          assert.ok(isAlone || sizeOf(put) <= maxBytes)
          if (isAlone) assert.equal(inside.length, 1)
          else
            assert.deepEqual(
              inside.map(({ subSequenceNumber }) => subSequenceNumber),
              [...inside.keys()],
            )
        }
        const hashKeys = back.flatMap((record, n) => (record.aggregated === true ? [[n, record.explicitHashKey]] : []))
        assert.deepEqual(
          hashKeys,
          hashKeys.map(([n]) => [n, records[n as number]?.explicitHashKey ?? null]),
        )
      }),
    )
  })

  test('has exactly the size that was told before, or of compressed ones at most that', () => {
    fc.assert(
      fc.property(anyFormat, fc.array(anyUserRecord(20_000), { minLength: 1, maxLength: 30 }), (format, records) => {
        const aggregator = new KplAggregator({ format, maxBytes: 30_000 })
        for (const record of [...records, null]) {
          const { sizeBytes, count } = aggregator
          const put = record === null ? aggregator.flush() : aggregator.add(record)
          if (put === null) {
            assert.ok(record !== null && aggregator.count === count + 1 && aggregator.sizeBytes > sizeBytes)
            continue
          }
          if (format === 'erlmld-zlib') assert.ok(sizeOf(put) <= sizeBytes)
          else assert.equal(sizeOf(put), sizeBytes)
        }
        assert.deepEqual([aggregator.sizeBytes, aggregator.count, aggregator.flush()], [0, 0, null])
      }),
    )
  })

  test('grows past the steps of the varints of index and lengths as it was told', () => {
    for (const count of [127, 128, 129, 16_383, 16_384, 16_385])
      for (const length of [0, 121, 122, 123, 124])
        assertExact(Array.from({ length: count }, (_, n) => ({ partitionKey: `k${n}`, data: Buffer.alloc(length) })))
    for (const length of [16_375, 16_380, 16_384, 2_097_140, 2_097_152])
      assertExact([{ partitionKey: 'k', data: Buffer.alloc(length) }])
  })

  test('is full to the byte: one byte less of limit makes two of it', () => {
    const records = Array.from({ length: 50 }, (_, n) => ({ partitionKey: `key-${n}`, data: Buffer.alloc(n) }))
    const aggregator = new KplAggregator()
    for (const record of records) aggregator.add(record)
    assert.equal(aggregate(records, { maxBytes: aggregator.sizeBytes }).length, 1)
    assert.equal(aggregate(records, { maxBytes: aggregator.sizeBytes - 1 }).length, 2)
  })

  test('has the keys of its first record', () => {
    const data = Buffer.from('x')
    const [one] = aggregate([
      { partitionKey: 'a', data },
      { partitionKey: 'b', explicitHashKey: '7', data },
    ])
    assert.deepEqual([one?.partitionKey, one && 'explicitHashKey' in one], ['a', false])
    const [two] = aggregate([
      { partitionKey: 'b', explicitHashKey: '7', data },
      { partitionKey: 'a', data },
    ])
    assert.deepEqual([two?.partitionKey, two?.explicitHashKey], ['b', '7'])
  })

  test('holds each key once', () => {
    const data = Buffer.alloc(0)
    const records = Array.from({ length: 1_000 }, (_, n) => ({
      partitionKey: 'k'.repeat(200) + String(n % 2),
      explicitHashKey: '340282366920938463463374607431768211455',
      data,
    }))
    assert.ok(aggregateOne(records).data.length < 20_000)
  })

  test('is a copy: data may be changed as soon as it was added', () => {
    const data = Buffer.from('before')
    const large = Buffer.alloc(100, 'b')
    const aggregator = new KplAggregator({ maxBytes: 64 })
    aggregator.add({ partitionKey: 'a', data })
    data.fill('x')
    const put = aggregator.add({ partitionKey: 'b', data: large })
    large.fill('x')
    assert.deepEqual(takeApart([given(put), given(aggregator.flush())]), [
      ['a', null, Buffer.from('before').toString('hex')],
      ['b', null, Buffer.alloc(100, 'b').toString('hex')],
    ])
  })
})

describe('a record too large for an aggregate', () => {
  const small = { partitionKey: 'a', data: Buffer.alloc(10) }
  const large = { partitionKey: 'b', explicitHashKey: '7', data: Buffer.alloc(200, 1) }

  for (const format of formats)
    test(`comes alone, as it is, in its turn: ${format}`, () => {
      const aggregator = new KplAggregator({ format, maxBytes: 100 })
      assert.equal(aggregator.add(small), null)
      const first = aggregator.add(large)
      assert.deepEqual(takeApart([given(first)]), [state(small)])
      assert.deepEqual([aggregator.count, aggregator.sizeBytes], [1, 201])
      const second = aggregator.add(small)
      assert.deepEqual(second, { partitionKey: 'b', explicitHashKey: '7', data: Buffer.alloc(200, 1) })
      assert.deepEqual(takeApart([given(aggregator.flush())]), [state(small)])
    })

  test('is refused where no stream would take it, and the aggregator is as before', () => {
    const aggregator = new KplAggregator()
    aggregator.add(small)
    const { sizeBytes } = aggregator
    assert.throws(() => aggregator.add({ partitionKey: 'b', data: Buffer.alloc(10 * 2 ** 20) }), UserRecordError)
    assert.deepEqual([aggregator.count, aggregator.sizeBytes], [1, sizeBytes])
    assert.equal(
      aggregator.add({ partitionKey: 'b', data: Buffer.alloc(10 * 2 ** 20 - 1) })?.data.length,
      sizeBytes - 1,
    )
  })
})

describe('what is refused', () => {
  const data = Buffer.from('x')
  const refused: Record<string, object> = {
    'no partition key': { data },
    'an empty partition key': { partitionKey: '', data },
    'a partition key of 257 characters': { partitionKey: '🔑'.repeat(257), data },
    'half a surrogate pair in a partition key': { partitionKey: 'a\ud83d', data },
    'an explicit hash key of 2^128': { partitionKey: 'a', explicitHashKey: String(2n ** 128n), data },
    'an explicit hash key with a leading zero': { partitionKey: 'a', explicitHashKey: '07', data },
    'an explicit hash key that is no number': { partitionKey: 'a', explicitHashKey: 'ehk1', data },
    'an explicit hash key as a number': { partitionKey: 'a', explicitHashKey: 7, data },
    'an empty explicit hash key': { partitionKey: 'a', explicitHashKey: '', data },
    'data as text': { partitionKey: 'a', data: 'x' },
  }
  for (const [name, record] of Object.entries(refused))
    test(name, () => {
      const aggregator = new KplAggregator()
      assert.throws(
        () => aggregator.add(record as never),
        (error: unknown) => TsmldError.is(error) && error.code === 'TSMLD_USER_RECORD',
      )
      assert.equal(aggregator.count, 0)
    })

  test('nothing of what Kinesis takes', () => {
    const aggregator = new KplAggregator({ maxBytes: 10 * 2 ** 20 })
    aggregator.add({ partitionKey: '🔑'.repeat(256), explicitHashKey: null, data: Buffer.alloc(0) })
    fc.assert(
      fc.property(anyHashKey, explicitHashKey => aggregator.add({ partitionKey: 'a', explicitHashKey, data }) === null),
    )
  })

  test('options that are wrong', () => {
    for (const options of [
      { maxBytes: 63 },
      { maxBytes: 10 * 2 ** 20 + 1 },
      { maxBytes: 100.5 },
      { maxByte: 100 },
      { format: 'zlib' },
    ])
      assert.throws(() => new KplAggregator(options as never), ConfigError)
  })
})

function assertExact(records: readonly { readonly partitionKey: string; readonly data: Buffer }[]): void {
  const aggregator = new KplAggregator({ maxBytes: 10 * 2 ** 20 })
  for (const record of records) assert.equal(aggregator.add(record), null)
  const { sizeBytes } = aggregator
  assert.equal(sizeOf(given(aggregator.flush())), sizeBytes)
}
