import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { type AggregateFormat, deaggregate, MalformedAggregateError } from 'tsmld/kpl'
import { aggregateOne, comes, type Stated, state, takeApart } from './aggregates.ts'

// README.md beside the file is its format. AggregatesTest.java reads it too.
interface Vector {
  readonly name: string
  readonly madeBy: 'tsmld' | 'erlmld' | 'amazon-kinesis-aggregator' | 'hand' | 'mutation'
  readonly format: AggregateFormat
  readonly partitionKey?: string
  readonly explicitHashKey?: string | null
  readonly data: string
  readonly range?: readonly [string, string]
  readonly records?: readonly Stated[]
  readonly malformed?: string
}

const vectors = JSON.parse(readFileSync(new URL('../vectors/kpl.json', import.meta.url), 'utf8')) as Vector[]

const nothingKnown = {
  subSequenceNumber: 0,
  explicitHashKey: null,
  approximateArrivalTimestamp: null,
  encryptionType: null,
  aggregated: false,
}

const optionsOf = ({ range }: Vector, malformed: 'plain' | 'refuse') => ({
  malformed,
  hashKeyRange: range && { startingHashKey: range[0], endingHashKey: range[1] },
})

for (const vector of vectors) {
  const { name, madeBy, records, malformed, data } = vector
  const record = comes({ data: Buffer.from(data, 'hex') })
  if (records !== undefined)
    test(`${madeBy}, ${vector.format}: ${name}: is taken apart`, () => {
      assert.deepEqual(takeApart([record], optionsOf(vector, 'refuse')), records)
    })
  if (malformed !== undefined)
    test(`${madeBy}, ${vector.format}: ${name}: is refused, or passed on as it is`, () => {
      assert.throws(
        () => [...deaggregate(record, optionsOf(vector, 'refuse'))],
        (error: unknown) => error instanceof MalformedAggregateError && error.reason.includes(malformed),
      )
      const passed = [...deaggregate(record, optionsOf(vector, 'plain'))]
      assert.deepEqual(passed, [{ ...record, ...nothingKnown }])
    })
  // zlibs compress alike, but not to the same bytes.
  if (['tsmld', 'erlmld'].includes(madeBy) && vector.format !== 'erlmld-zlib')
    test(`${madeBy}, ${vector.format}: ${name}: is written alike`, () => {
      const put = aggregateOne(
        (records ?? []).map(([partitionKey, explicitHashKey, hex]) => ({
          partitionKey: partitionKey ?? '',
          explicitHashKey,
          data: Buffer.from(hex, 'hex'),
        })),
        { format: vector.format },
      )
      assert.equal(put.data.toString('hex'), data)
      assert.equal(put.partitionKey, vector.partitionKey)
    })
}

test('the Java aggregator and tsmld write the same bytes where every record has its explicit hash key', () => {
  const ofJava = vectors.filter(({ madeBy }) => madeBy === 'amazon-kinesis-aggregator')
  assert.equal(ofJava.length, 5)
  for (const { data, partitionKey, explicitHashKey } of ofJava) {
    const records = [...deaggregate(comes({ data: Buffer.from(data, 'hex') }))]
    const put = aggregateOne(
      records.map(record => ({ ...record, partitionKey: record.partitionKey ?? '', data: record.data })),
    )
    assert.deepEqual(state({ ...comes(put), ...put }), [partitionKey, explicitHashKey, data])
  }
})
