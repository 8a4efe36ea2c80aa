import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import { test } from 'node:test'
import fc from 'fast-check'
import type { UserRecord } from 'tsmld/kpl'
import { aggregateOne, state, takeApart } from './aggregates.ts'
import { anyUserRecord } from './arbitraries.ts'

/** What is used of it; its own types are of the AWS SDK's version 2. */
interface AwsKinesisAgg {
  readonly RecordAggregator: new () => {
    addUserRecord(record: object): void
    build(): { partitionKey: string; data: Buffer }
  }
  deaggregateSync(
    record: { kinesisSchemaVersion: string; data: string; sequenceNumber: string; partitionKey: string },
    computeChecksums: boolean,
    callback: (error: Error | undefined, records?: readonly AwsUserRecord[]) => void,
  ): void
}

interface AwsUserRecord {
  readonly partitionKey: string
  readonly explicitPartitionKey?: string
  readonly subSequenceNumber: number
  /** Base64. */
  readonly data: string
}

const require = createRequire(import.meta.url)
const { RecordAggregator, deaggregateSync } = require('aws-kinesis-agg') as AwsKinesisAgg

// It keeps its keys in the order of an object's properties: those that look like small whole numbers come first, and __proto__ never.
const isKept = ({ partitionKey, explicitHashKey }: UserRecord): boolean =>
  !/^\d+$/.test(partitionKey) && partitionKey !== '__proto__' && !/^\d{1,10}$/.test(explicitHashKey ?? '')
const anyRecords = fc.array(anyUserRecord(200).filter(isKept), { minLength: 1, maxLength: 40 })

test('aws-kinesis-agg takes our aggregates apart', () => {
  fc.assert(
    fc.property(anyRecords, records => {
      const put = aggregateOne(records)
      let back: readonly AwsUserRecord[] = []
      const record = {
        kinesisSchemaVersion: '1.0',
        data: put.data.toString('base64'),
        sequenceNumber: '1',
        partitionKey: put.partitionKey,
      }
      deaggregateSync(record, true, (error, given = []) => {
        if (error !== undefined) throw error
        back = given
      })
      assert.deepEqual(
        back.map(({ partitionKey, explicitPartitionKey, data }, n) => [
          partitionKey,
          // It gives a record without an explicit hash key the first of them.
          records[n]?.explicitHashKey === undefined ? null : explicitPartitionKey,
          Buffer.from(data, 'base64').toString('hex'),
        ]),
        records.map(state),
      )
      assert.deepEqual(
        back.map(({ subSequenceNumber }) => subSequenceNumber),
        [...back.keys()],
      )
    }),
  )
})

test('aws-kinesis-agg writes the same bytes, which we take apart', () => {
  fc.assert(
    fc.property(anyRecords, records => {
      const theirs = new RecordAggregator()
      for (const { partitionKey, explicitHashKey, data } of records)
        theirs.addUserRecord({ partitionKey, explicitHashKey, data: Buffer.from(data) })
      const { data } = theirs.build()
      assert.deepEqual(takeApart([{ data }]), records.map(state))
      assert.equal(aggregateOne(records).data.toString('hex'), data.toString('hex'))
    }),
  )
})
