import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { deflateSync } from 'node:zlib'
import fc from 'fast-check'
import { ConfigError, type KinesisRecord, TsmldError } from 'tsmld'
import { deaggregate, deaggregateRecords, MalformedAggregateError } from 'tsmld/kpl'
import { aggregateOne, comes, sign, state, takeApart } from './aggregates.ts'
import { anyFormat, anyUserRecord, formats, mutate, someMutations } from './arbitraries.ts'

const userRecords = ['one', 'two', 'three'].map((text, n) => ({ partitionKey: `k${n % 2}`, data: Buffer.from(text) }))
const put = aggregateOne(userRecords)
const outer: KinesisRecord = {
  sequenceNumber: '49590338271490256608559692538361571095921575989136588898',
  subSequenceNumber: 0,
  partitionKey: 'outer',
  explicitHashKey: '1',
  approximateArrivalTimestamp: new Date(1_700_000_000_000),
  encryptionType: 'KMS',
  aggregated: false,
  data: put.data,
}

describe('the user records of an aggregate', () => {
  test('have its sequence number, their place in it, and what is common to all', () => {
    const records: KinesisRecord[] = [...deaggregate(outer)]
    assert.deepEqual(
      records,
      userRecords.map((record, n) => ({
        ...outer,
        ...record,
        explicitHashKey: null,
        subSequenceNumber: n,
        aggregated: true,
      })),
    )
  })

  test('have null for what the outer record does not tell', () => {
    const [record] = deaggregate({ sequenceNumber: '1', data: new Uint8Array(put.data) })
    assert.deepEqual(
      [record?.partitionKey, record?.approximateArrivalTimestamp, record?.encryptionType],
      ['k0', null, null],
    )
    assert.ok(Buffer.isBuffer(record?.data))
  })

  test('lie in the aggregate: no byte is copied', () => {
    const [record] = deaggregate(outer)
    assert.equal(record?.data.buffer, outer.data.buffer)
  })

  test('are given one at a time, after all were checked', () => {
    const [first, second] = [deaggregateRecords([outer, outer]), deaggregateRecords([outer])]
    first.next()
    assert.equal(second.next().value?.data.toString(), 'one')
    assert.equal(first.next().value?.data.toString(), 'two')
  })
})

describe('passed on itself is', () => {
  const passed = (record: KinesisRecord) => {
    const [same, ...others] = deaggregate(record, { malformed: 'refuse' })
    assert.equal(same, record)
    assert.deepEqual(others, [])
  }

  test('any other record, in its place among aggregates', () => {
    const plain = { ...outer, data: Buffer.from('plain') }
    const records = [...deaggregateRecords([plain, outer, plain])]
    assert.equal(records[0], plain)
    assert.deepEqual(
      records.map(({ data }) => data.toString()),
      ['plain', 'one', 'two', 'three', 'plain'],
    )
  })

  test('a record of another source, with null for what that does not tell', () => {
    assert.deepEqual(
      [...deaggregate({ sequenceNumber: '1', partitionKey: 'a', data: new Uint8Array([1, 2]) })],
      [
        {
          sequenceNumber: '1',
          subSequenceNumber: 0,
          partitionKey: 'a',
          explicitHashKey: null,
          approximateArrivalTimestamp: null,
          encryptionType: null,
          aggregated: false,
          data: Buffer.from([1, 2]),
        },
      ],
    )
  })

  test('what is shorter than a magic, or begins almost as one', () => {
    for (const hex of ['', 'f3', 'f3899a', 'f4899ac2', 'f3899ac3', '02899ac2'])
      passed({ ...outer, data: Buffer.from(hex, 'hex') })
  })

  test('what came out of an aggregate already: its bytes are a user’s own', () => {
    passed({ ...outer, aggregated: true })
    passed({ ...outer, aggregated: null, subSequenceNumber: 1 })
    // A user record that is an aggregate itself.
    const nested = aggregateOne([{ partitionKey: 'a', data: put.data }])
    assert.deepEqual(takeApart([nested]), [['a', null, put.data.toString('hex')]])
  })
})

describe('a mutated aggregate', () => {
  const anyRecords = fc.array(anyUserRecord(40), { minLength: 1, maxLength: 8 })
  const outcome = (data: Buffer, malformed: 'plain' | 'refuse') => {
    try {
      return { records: takeApart([{ data }], { malformed }) }
    } catch (error) {
      if (!(error instanceof MalformedAggregateError)) throw error
      return { refused: true }
    }
  }

  test('is the same records, passed on as it is, or refused: never half of it, and no other error', () => {
    fc.assert(
      fc.property(anyFormat, anyRecords, someMutations, (format, records, mutations) => {
        const whole = aggregateOne(records, { format })
        const data = mutate(whole.data, mutations)
        const asItIs = { records: [state(comes({ data }))] }
        const same = { records: records.map(state) }
        const [refused, passed] = [outcome(data, 'refuse'), outcome(data, 'plain')]
        if ('refused' in refused) assert.deepEqual(passed, asItIs)
        else assert.ok(isOneOf(refused, [asItIs, same]))
      }),
      { numRuns: 500 },
    )
  })

  test('whose MD5 is right is taken apart whole, or not at all', () => {
    fc.assert(
      fc.property(anyFormat, anyRecords, someMutations, (format, records, mutations) => {
        const whole = aggregateOne(records)
        const data = sign(mutate(whole.data.subarray(4, -16), mutations), format)
        const [refused, passed] = [outcome(data, 'refuse'), outcome(data, 'plain')]
        if ('refused' in refused) assert.deepEqual(passed, { records: [state(comes({ data }))] })
        else assert.deepEqual(passed, refused)
      }),
      { numRuns: 500 },
    )
  })

  test('of random bytes behind a magic and their MD5 raises no other error', () => {
    fc.assert(
      fc.property(anyFormat, fc.uint8Array({ maxLength: 60 }), (format, message) => {
        outcome(sign(message, format), 'refuse')
      }),
      { numRuns: 1_000 },
    )
  })
})

describe('a refused aggregate', () => {
  const broken = { ...outer, data: Buffer.from([...outer.data, 0]) }

  test('is an error that names the record and the reason, and comes in its place', () => {
    const records = deaggregateRecords([outer, broken], { malformed: 'refuse' })
    const seen: string[] = []
    assert.throws(
      () => {
        for (const { data } of records) seen.push(data.toString())
      },
      (error: unknown) =>
        TsmldError.is(error) &&
        error.code === 'TSMLD_MALFORMED_AGGREGATE' &&
        error.message.includes(outer.sequenceNumber) &&
        error.message.includes('MD5'),
    )
    assert.deepEqual(seen, ['one', 'two', 'three'])
  })
})

describe('what inflates without end', () => {
  const bomb = Buffer.concat([Buffer.from('01899ac2', 'hex'), deflateSync(Buffer.alloc(256 * 2 ** 20))])

  test('is malformed at the limit, and its memory stays below a few times that', () => {
    assert.ok(bomb.length < 300_000)
    const before = process.memoryUsage().rss
    for (let n = 0; n < 3; n++)
      assert.throws(
        () => [...deaggregate(comes({ data: bomb }), { malformed: 'refuse' })],
        /more bytes than maxInflatedBytes, which is 16777216/,
      )
    assert.ok(process.memoryUsage().rss - before < 200 * 2 ** 20)
    assert.deepEqual([...deaggregate(comes({ data: bomb }))].length, 1)
  })

  test('the limit is a whole number of bytes, and counts what is inflated', () => {
    const zipped = aggregateOne(userRecords, { format: 'erlmld-zlib' })
    // The content is what erlmld writes without compression, less the magic.
    const bytes = aggregateOne(userRecords, { format: 'erlmld' }).data.length - 4
    assert.equal(takeApart([zipped], { malformed: 'refuse', maxInflatedBytes: bytes }).length, 3)
    assert.throws(
      () => takeApart([zipped], { malformed: 'refuse', maxInflatedBytes: bytes - 1 }),
      MalformedAggregateError,
    )
  })
})

test('many records in little bytes are decoded as they are asked for', () => {
  const one = Buffer.from('1a0408001a00', 'hex')
  const message = Buffer.concat([Buffer.from('0a0161', 'hex'), Buffer.alloc(one.length * 500_000, one)])
  for (const format of formats) {
    let count = 0
    for (const { partitionKey, data, subSequenceNumber } of deaggregate(comes({ data: sign(message, format) })))
      if (partitionKey === 'a' && data.length === 0 && subSequenceNumber === count) count++
    assert.equal(count, 500_000)
  }
})

test('options that are wrong are refused at once', () => {
  const wrong = [
    { malformed: 'drop' },
    { malformd: 'refuse' },
    { maxInflatedBytes: 0 },
    { maxInflatedBytes: 1.5 },
    { hashKeyRange: { startingHashKey: '0', endingHashKey: String(2n ** 128n) } },
    { hashKeyRange: { startingHashKey: 0, endingHashKey: '1' } },
    { hashKeyRange: { startingHashKey: '2', endingHashKey: '1' } },
    { hashKeyRange: null },
  ]
  for (const options of wrong) assert.throws(() => deaggregate(outer, options as never), ConfigError)
})

function isOneOf(actual: unknown, expected: readonly unknown[]): boolean {
  return expected.some(one => JSON.stringify(one) === JSON.stringify(actual))
}

test('what the AWS SDK gives is refused with the names that it needs', () => {
  const ofSdk = { Data: put.data, PartitionKey: 'k', SequenceNumber: '1' }
  assert.throws(
    () => [...deaggregate(ofSdk as never)],
    /^TypeError: deaggregate\(\) needs a record's data as a Uint8Array, not undefined\. .*data: Data/,
  )
  assert.throws(
    () => [...deaggregate({ data: put.data } as never)],
    /needs a record's sequenceNumber as a text, not undefined/,
  )
  assert.throws(() => [...deaggregateRecords([null as never])], /needs a record's data/)
})
