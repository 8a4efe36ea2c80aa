import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { deflateSync } from 'node:zlib'
import {
  type AggregatedRecord,
  type AggregateFormat,
  type DeaggregateInput,
  type DeaggregateOptions,
  deaggregateRecords,
  KplAggregator,
  type KplAggregatorOptions,
  type UserRecord,
} from 'tsmld/kpl'

/** A user record as vectors state it: partition key, explicit hash key, data in hex. */
export type Stated = readonly [string | null, string | null, string]

/** Aggregates all of these. */
export function aggregate(records: readonly UserRecord[], options: KplAggregatorOptions = {}): AggregatedRecord[] {
  const aggregator = new KplAggregator(options)
  const puts = records.map(record => aggregator.add(record))
  return [...puts, aggregator.flush()].filter(put => put !== null)
}

/** Aggregates all of these into one. */
export function aggregateOne(records: readonly UserRecord[], options: KplAggregatorOptions = {}): AggregatedRecord {
  const puts = aggregate(records, { maxBytes: 10 * 2 ** 20, ...options })
  assert.equal(puts.length, 1)
  return given(puts[0])
}

/** What an aggregator gave. */
export function given<T>(put: T | null | undefined): T {
  assert.ok(put !== null && put !== undefined)
  return put
}

/** A record as it comes from Kinesis. */
export const comes = (put: { readonly data: Uint8Array; readonly partitionKey?: string }, n = 0): DeaggregateInput => ({
  sequenceNumber: String(n),
  partitionKey: put.partitionKey ?? 'outer',
  data: put.data,
})

/** What these are taken apart to. */
export const takeApart = (
  puts: readonly { readonly data: Uint8Array }[],
  options: DeaggregateOptions = { malformed: 'refuse' },
): Stated[] => [...deaggregateRecords(puts.map(comes), options)].map(state)

/** A record's fields as vectors state them. */
export const state = (record: DeaggregateInput | UserRecord): Stated => [
  record.partitionKey ?? null,
  record.explicitHashKey ?? null,
  Buffer.from(record.data).toString('hex'),
]

/** Makes an aggregate of a message, whatever it is: with its MD5. */
export function sign(message: Uint8Array, format: AggregateFormat): Buffer {
  const content = Buffer.concat([message, createHash('md5').update(message).digest()])
  const magic = { standard: 'f3899ac2', erlmld: '00899ac2', 'erlmld-zlib': '01899ac2' }[format]
  return Buffer.concat([Buffer.from(magic, 'hex'), format === 'erlmld-zlib' ? deflateSync(content) : content])
}
