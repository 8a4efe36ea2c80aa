import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as v from 'valibot'
import { z } from 'zod'
import { InvalidRecordError } from '../../src/errors.ts'
import { type EachValueOptions, eachRecord } from '../../src/processors/each-record.ts'
import { deadLetter } from '../../src/processors/poison.ts'
import type { StandardSchema } from '../../src/processors/standard-schema.ts'
import type { WireRecord } from '../../src/protocol/messages.ts'
import type { DynamodbRecord } from '../../src/records/dynamodb-record.ts'
import { playedSaving } from '../support/played-records.ts'
import { until } from '../support/turns.ts'
import { wireRecord } from '../support/wire-records.ts'

/** What a handler behind `schema` got of records with these texts, and what went to the dead-letter sink. */
async function handled(schema: StandardSchema, texts: readonly string[], options: EachValueOptions<WireRecord> = {}) {
  const values: unknown[] = []
  const errors: InvalidRecordError[] = []
  const attempts: number[] = []
  const sink = deadLetter<WireRecord>((_, failure) => {
    errors.push(failure.error as InvalidRecordError)
    attempts.push(failure.attempts)
  })
  const factory = eachRecord<StandardSchema, WireRecord>(schema, value => void values.push(value), {
    onPoison: sink,
    ...options,
  })
  const { daemon, log } = await playedSaving(factory)
  const records = texts.map((text, n) => ({ ...wireRecord(n + 1), data: Buffer.from(text) }))
  daemon.say({ kind: 'processRecords', records, millisBehindLatest: 0, atShardEnd: false })
  const heard: string[] = []
  // Retries take real time here.
  await until('the records are handled', () => {
    heard.push(...daemon.heard())
    return heard.includes('status processRecords')
  })
  assert.deepEqual(heard, [`checkpoint ${texts.length}/0`, 'status processRecords'])
  return { values, errors, attempts, log }
}

const click = { page: 'secret-page', at: '2026-01-01' }

test("zod: a record's JSON is checked and transformed, and handled as the value", async () => {
  const schema = z.object({ page: z.string(), at: z.string().transform(text => new Date(text)) })
  const { values, errors } = await handled(schema, [JSON.stringify(click)])
  assert.deepEqual(values, [{ page: 'secret-page', at: new Date('2026-01-01') }])
  assert.deepEqual(errors, [])
})

test('valibot, and a schema that takes its time', async () => {
  const schema = v.objectAsync({
    page: v.pipeAsync(
      v.string(),
      v.checkAsync(async page => page !== 'no'),
    ),
  })
  const { values, errors } = await handled(schema, ['{"page":"a"}', '{"page":"no"}', '{"page":"b"}'])
  assert.deepEqual(values, [{ page: 'a' }, { page: 'b' }])
  assert.deepEqual(
    errors.map(({ message }) => message),
    ['The record 2 does not fit its schema at page.'],
  )
})

test('a schema may be a function itself', async () => {
  const schema: StandardSchema<unknown, number> = Object.assign(() => 0, {
    '~standard': { version: 1, vendor: 'test', validate: (value: unknown) => ({ value: Number(value) }) },
  } as const)
  assert.deepEqual((await handled(schema, ['1', '"2"'])).values, [1, 2])
})

test('what is no JSON, or does not fit, is poison at the first attempt; neither error nor log quotes the record, but its issues are there', async () => {
  const schema = v.object({ page: v.number(), list: v.array(v.object({ n: v.number() })) })
  const misfit = JSON.stringify({ page: 'secret', list: [{ n: 'secret' }, { n: 'secret' }, { n: 'secret' }] })
  const { values, errors, attempts, log } = await handled(schema, ['{"secret"', misfit, '"secret"'])
  assert.deepEqual(values, [])
  assert.ok(errors.every(error => error instanceof InvalidRecordError))
  assert.deepEqual(
    errors.map(({ message }) => message),
    [
      'The record 1 is not JSON.',
      'The record 2 does not fit its schema at page, list.0.n, list.1.n and 1 more.',
      'The record 3 does not fit its schema at its root.',
    ],
  )
  assert.deepEqual(attempts, [1, 1, 1])
  assert.deepEqual(
    errors.map(({ issues }) => issues.length),
    [0, 4, 1],
  )
  assert.equal(log.messages('warn').length, 3)
  assert.equal(/secret/.test(log.text), false)
  for (const error of errors) assert.equal(/secret/.test(`${error.stack ?? ''}${JSON.stringify(error)}`), false)
})

test('a schema that is a function is no handler', () => {
  const schema = Object.assign(() => 0, { '~standard': z.object({})['~standard'] })
  const alone = eachRecord as (...given: unknown[]) => unknown
  for (const given of [[schema], [schema, { concurrency: 2 }]])
    assert.throws(() => alone(...given), { name: 'ConfigError', message: /a schema without a handler/ })
})

test('`parse` may be asynchronous, and what it rejects with is tried again', async () => {
  let isDown = true
  const parse = async ({ data }: WireRecord): Promise<unknown> => {
    if (isDown) {
      isDown = false
      throw new Error('the registry is down')
    }
    return data.toString().split(',')
  }
  const retry = { backoff: { baseMs: 1, maxMs: 1 } }
  const { values, errors } = await handled(z.array(z.string()), ['a,b'], { parse, retry })
  assert.deepEqual(values, [['a', 'b']])
  assert.deepEqual(errors, [])
})

test('`parse` says what the schema is given, and what it throws is poison as well', async () => {
  const parse = ({ data }: WireRecord): unknown => {
    if (data.length === 0) throw new Error('nothing there')
    return data.toString().split(',')
  }
  const { values, errors } = await handled(z.array(z.string()), ['a,b', ''], { parse })
  assert.deepEqual(values, [['a', 'b']])
  assert.match(errors[0]?.message ?? '', /The record 2 cannot be parsed/)
  assert.match(String(errors[0]?.cause), /nothing there/)
})

test('the filter comes before the schema', async () => {
  const { values, errors } = await handled(z.number(), ['!', '7'], {
    filter: ({ sequenceNumber }) => sequenceNumber !== '1',
  })
  assert.deepEqual([values, errors], [[7], []])
})

/** What a handler behind a schema of `{ n: number }` got of DynamoDB records. */
async function handledItems(records: readonly object[]) {
  const values: unknown[] = []
  const errors: unknown[] = []
  const factory = eachRecord<StandardSchema<unknown, { n: number }>, DynamodbRecord<{ n: number }>>(
    z.object({ n: z.number() }),
    value => void values.push(value),
    { onPoison: deadLetter((_, { error }) => void errors.push(error)) },
  )
  const shard = {
    stream: 's',
    applicationName: 'a',
    shardId: 'x',
    startingPosition: { sequenceNumber: 'LATEST', subSequenceNumber: 0 },
    signal: new AbortController().signal,
    stopping: new AbortController().signal,
    logger: { debug() {}, info() {}, warn() {}, error() {} },
  }
  const processor = await factory(shard)
  const common = { sequenceNumber: '1', subSequenceNumber: 0, keys: { n: 1 } }
  const typed = records.map(record => ({ ...common, ...record })) as unknown as DynamodbRecord<{ n: number }>[]
  const checkpointer = { checkpoint: () => Promise.resolve() }
  await processor.processRecords({ records: typed, millisBehindLatest: 0, atShardEnd: false }, checkpointer)
  return { values, errors }
}

test("a DynamoDB record's value is its new image; undefined where the item was deleted", async () => {
  const { values, errors } = await handledItems([
    { eventName: 'INSERT', newImage: { n: 1 } },
    { eventName: 'MODIFY', newImage: { n: 2 }, oldImage: { n: 1 } },
    { eventName: 'REMOVE', oldImage: { n: 2 } },
    { eventName: 'MODIFY', newImage: { n: 'x' } },
  ])
  assert.deepEqual(values, [{ n: 1 }, { n: 2 }, undefined])
  assert.match(String(errors), /does not fit its schema at n/)
})

test('where a stream has no new images the record is poison, with what to do', async () => {
  const { values, errors } = await handledItems([{ eventName: 'INSERT', streamViewType: 'KEYS_ONLY' }])
  assert.deepEqual(values, [])
  assert.match(String(errors), /has no new image.*KEYS_ONLY.*'parse'/)
})
