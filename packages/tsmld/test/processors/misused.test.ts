// What a user's function returns that it must not, as plain JavaScript lets it: the session fails, and nothing is checkpointed that nobody has handled.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { RecordProcessorError } from '../../src/errors.ts'
import { batchProcessor } from '../../src/processors/batch-processor.ts'
import { eachBatch } from '../../src/processors/each-batch.ts'
import { type EachRecordOptions, eachRecord } from '../../src/processors/each-record.ts'
import type { KinesisRecord } from '../../src/records/record.ts'
import type { ProcessorFactory } from '../../src/session/record-processor.ts'
import { testShard } from '../../src/testing/index.ts'
import { checkpointed, errorOf } from '../support/shard-under-test.ts'

const fails = (): never => {
  throw new Error('down')
}

/** Delivers twice two records; gives the error of the session, and how often the handler was called. */
async function failureOf(factory: ProcessorFactory<KinesisRecord>): Promise<Error> {
  await using shard = await testShard(factory)
  await shard.deliver([{}, {}])
  await shard.advance(60_000)
  if (shard.ended === null) await shard.deliver([])
  assert.deepEqual(checkpointed(shard), [])
  const error = errorOf(shard)
  assert.ok(error instanceof RecordProcessorError)
  return error
}

const ofRecords: readonly (readonly [string, EachRecordOptions<KinesisRecord>, RegExp])[] = [
  [
    'a filter without a return',
    { filter: () => undefined as never },
    /^filter\(\) returned undefined: it must return true or false/,
  ],
  ['an asynchronous filter that rejects', { filter: (async () => fails()) as never }, /^filter\(\) returned a Promise/],
  ['an asynchronous filter', { filter: (async () => false) as never }, /^filter\(\) returned a Promise/],
  ['a filter that counts', { filter: () => 0 as never }, /^filter\(\) returned 0/],
  [
    'an asynchronous key',
    { concurrency: 2, key: (async () => 'a') as never },
    /^key\(\) returned a Promise: it must return a text or null/,
  ],
  [
    'a key that is an object',
    { concurrency: 2, key: () => ({ id: 1 }) as never },
    /^key\(\) returned an object with 'id'/,
  ],
  ['a key without a return', { concurrency: 2, key: () => undefined as never }, /^key\(\) returned undefined/],
] // prettier-ignore
for (const [what, options, message] of ofRecords)
  test(`eachRecord: ${what} fails the session, and no record is handled (1)`, async () => {
    let calls = 0
    const factory = eachRecord<KinesisRecord>(() => void calls++, options)
    assert.match((await failureOf(factory)).message, message)
    assert.equal(calls, 0)
  })

for (const [what, handler] of [
  ['at once', fails],
  ['later', () => Promise.reject(new Error('down'))],
] as const)
  for (const onPoison of ['block', 'skip'] as const)
    test(`eachRecord, ${onPoison}: a retryable that throws fails the session, where the handler fails ${what}`, async () => {
      let calls = 0
      const counted = (): Promise<void> => {
        calls++
        return handler()
      }
      const factory = eachRecord<KinesisRecord>(counted, { onPoison, retry: { retryable: fails } })
      assert.match((await failureOf(factory)).message, /^retry\.retryable\(\) threw when it was asked about "down"/)
      assert.equal(calls, 1)
    })

const results: readonly (readonly [string, () => unknown, RegExp])[] = [
  [
    'the array of Promise.all',
    () => Promise.all([Promise.resolve(1)]),
    /returned an array: it must return nothing, or \{ failed/,
  ],
  ['what Lambda takes', () => ({ batchItemFailures: [] }), /returned an object with 'batchItemFailures': it must/],
  ['an answer of the AWS SDK', async () => ({ $metadata: {}, Records: [] }), /an object with '\$metadata', 'Records'/],
  [
    'another batch’s record',
    () => ({ failed: [{ sequenceNumber: '9', subSequenceNumber: 0 }] }),
    /no record of its batch, '9'/,
  ],
  ['no position', () => ({ failed: [undefined] }), /no record of its batch, undefined/],
] // prettier-ignore
for (const [what, handler, message] of results)
  test(`eachBatch: ${what} is no result: the session fails, and the handler is not asked again (1)`, async () => {
    let calls = 0
    const counted = (): undefined => {
      calls++
      return handler() as undefined
    }
    const factory = eachBatch<KinesisRecord>(counted, { maxRecords: 1, onPoison: 'skip' })
    assert.match((await failureOf(factory)).message, message)
    assert.equal(calls, 1)
  })

test('batchProcessor: an asynchronous add fails the session, and what it rejects with ends nothing else', async () => {
  const flusher = () => ({ add: (async () => fails()) as never, flush: () => [] })
  const { message } = await failureOf(batchProcessor<KinesisRecord>({ flusher }))
  assert.equal(message, "The flusher's add() returned a Promise: it must return 'added', 'ignored' or 'full'.")
})

test('eachBatch: a retryable that throws fails the session', async () => {
  const factory = eachBatch<KinesisRecord>(fails, { maxRecords: 1, onPoison: 'skip', retry: { retryable: fails } })
  assert.match((await failureOf(factory)).message, /^retry\.retryable\(\) threw/)
})
