import { type AggregatedRecord, deaggregateRecords, KplAggregator } from 'tsmld/kpl'
import type { Entry } from './entries.ts'
import { partNames } from './part-names.ts'

const count = 10_000
const keys = 64

/** `tsmld/kpl`: records of 100 B, of 64 partition keys. */
export function kplEntries(): Entry[] {
  const records = Array.from({ length: count }, (_, n) => ({
    partitionKey: `user-${n % keys}`,
    data: Buffer.alloc(100, 'tsmld '),
  }))
  const aggregates = aggregate(records).map(({ data }, n) => ({ sequenceNumber: String(n), data }))
  return [
    {
      name: partNames.aggregate,
      records: count,
      run: () => {
        if (aggregate(records).length !== aggregates.length) throw new Error('not every aggregate was made')
      },
    },
    {
      name: partNames.deaggregate,
      records: count,
      run: () => {
        let seen = 0
        for (const { data } of deaggregateRecords(aggregates)) seen += data.length / 100
        if (seen !== count) throw new Error(`${seen} of ${count} records were taken out`)
      },
    },
  ]
}

function aggregate(records: readonly { partitionKey: string; data: Buffer }[]): AggregatedRecord[] {
  const aggregator = new KplAggregator()
  const full = records.map(record => aggregator.add(record))
  return [...full, aggregator.flush()].filter(given => given !== null)
}
