import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { GetRecordsCommand, GetShardIteratorCommand, PutRecordsCommand } from '@aws-sdk/client-kinesis'
import { eachRecord, type KinesisRecord, kinesisStream, type Runtime } from 'tsmld'
import {
  type AggregatedRecord,
  type AggregateFormat,
  type DeaggregateInput,
  deaggregate,
  deaggregateRecords,
  KplAggregator,
  type UserRecord,
} from 'tsmld/kpl'
import { real } from './support/lab.ts'
import { eventually, type TestStack } from './support/stack.ts'

const middleHash = String(2n ** 127n)

/** User records of every kind: shared and single keys, explicit hash keys, no data, much data. */
const userRecords = (count: number): UserRecord[] =>
  Array.from({ length: count }, (_, n) => ({
    partitionKey: n % 3 === 0 ? `ключ-${n}` : `key-${n % 7}`,
    explicitHashKey: n % 4 === 0 ? (n % 8 === 0 ? middleHash : String(n)) : undefined,
    data: Buffer.alloc(n % 5 === 0 ? 0 : (n * 37) % 900, String(n)),
  }))

function aggregate(records: readonly UserRecord[], format: AggregateFormat, maxBytes: number): AggregatedRecord[] {
  const aggregator = new KplAggregator({ format, maxBytes })
  return [...records.map(record => aggregator.add(record)), aggregator.flush()].filter(put => put !== null)
}

async function put({ kinesis }: TestStack, StreamName: string, records: readonly AggregatedRecord[]): Promise<void> {
  const Records = records.map(({ partitionKey, explicitHashKey, data }) => ({
    PartitionKey: partitionKey,
    ExplicitHashKey: explicitHashKey,
    Data: data,
  }))
  const { FailedRecordCount } = await kinesis.send(new PutRecordsCommand({ StreamName, Records }))
  assert.equal(FailedRecordCount, 0)
}

/** What Kinesis holds, without the KCL. */
async function readRaw({ kinesis }: TestStack, StreamName: string, ShardId: string): Promise<DeaggregateInput[]> {
  const { ShardIterator } = await kinesis.send(
    new GetShardIteratorCommand({ StreamName, ShardId, ShardIteratorType: 'TRIM_HORIZON' }),
  )
  const { Records = [] } = await kinesis.send(new GetRecordsCommand({ ShardIterator }))
  return Records.map(record => ({
    sequenceNumber: record.SequenceNumber ?? '',
    partitionKey: record.PartitionKey ?? null,
    data: record.Data ?? new Uint8Array(),
  }))
}

// Named one by one: a record's fields are getters, which a rest would leave out.
const fieldsOf = (record: KinesisRecord) => ({
  position: `${record.sequenceNumber}/${record.subSequenceNumber}`,
  aggregated: record.aggregated,
  partitionKey: record.partitionKey,
  explicitHashKey: record.explicitHashKey,
  data: record.data.toString('hex'),
})

real('the KCL takes our aggregates apart as we do, and passes erlmld’s formats on, for us', async lab => {
  const { stack } = lab
  const stream = await stack.createStream(1)
  const sent = userRecords(300)
  const formats = ['standard', 'erlmld', 'erlmld-zlib'] as const
  for (const format of formats) await put(stack, stream, aggregate(sent, format, 20_000))
  const [shardId = ''] = await stack.shardIds(stream)
  const raw = await readRaw(stack, stream, shardId)

  const delivered: KinesisRecord[] = []
  const ours: KinesisRecord[] = []
  const runtime = lab.runtime({
    streams: [
      kinesisStream({
        streamName: stream,
        applicationName: stream,
        processor: () => ({
          async processRecords({ records }, checkpointer) {
            delivered.push(...records)
            for (const record of records) ours.push(...deaggregate(record, { malformed: 'refuse' }))
            await checkpointer.checkpoint()
          },
        }),
      }),
    ],
  })
  await runtime.start()
  await eventually('all user records came', () => ours.length >= 3 * sent.length)
  await runtime.stop()

  const expected = [...deaggregateRecords(raw, { malformed: 'refuse' })].map(fieldsOf)
  assert.deepEqual(ours.map(fieldsOf), expected)
  assert.deepEqual(
    ours.map(({ data }) => data.toString('hex')),
    formats.flatMap(() => sent.map(({ data }) => Buffer.from(data).toString('hex'))),
  )
  const byKcl = delivered.filter(({ aggregated }) => aggregated)
  assert.deepEqual(byKcl.map(fieldsOf), expected.slice(0, sent.length))
  assert.ok(new Set(byKcl.map(({ sequenceNumber }) => sequenceNumber)).size > 3)
  const passedOn = delivered.filter(({ aggregated }) => !aggregated)
  assert.deepEqual(
    passedOn.map(({ data }) => data[0]),
    raw.slice(-passedOn.length).map(({ data }) => data[0]),
  )
  assert.ok(passedOn.length > 3 && passedOn.length < 20)
})

/** What goes wrong before the fourth user record is handled. */
const failures: Readonly<Record<string, (runtime: Runtime, signal: AbortSignal) => Promise<void>>> = {
  'a handler that throws': () => Promise.reject(new Error('the handler fails')),
  'a JVM that is killed': async (runtime, signal) => {
    process.kill(runtime.status().streams[0]?.daemon.pid ?? 0, 'SIGKILL')
    await once(signal, 'abort')
  },
}

for (const [name, fail] of Object.entries(failures)) {
  real(
    `fault 20: ${name} in the middle of an aggregate: the next session begins behind the last checkpoint`,
    async lab => {
      const { stack } = lab
      const stream = await stack.createStream(1)
      const inside = Array.from({ length: 6 }, (_, n) => ({
        partitionKey: 'key',
        data: Buffer.from(`user record ${n}`),
      }))
      await put(stack, stream, aggregate(inside, 'standard', 51_200))
      const handled: number[] = []
      const starts: string[] = []
      const runtime = lab.runtime({
        streams: [
          kinesisStream({
            streamName: stream,
            applicationName: stream,
            processor: ({ startingPosition, signal }) => {
              starts.push(`${startingPosition.sequenceNumber}/${startingPosition.subSequenceNumber}`)
              return {
                async processRecords({ records }, checkpointer) {
                  for (const record of records) {
                    if (record.subSequenceNumber === 3 && starts.length === 1) return fail(runtime, signal)
                    handled.push(record.subSequenceNumber)
                    await checkpointer.checkpoint(record)
                  }
                },
              }
            },
          }),
        ],
      })
      await runtime.start()
      await eventually('the whole aggregate was handled', () => handled.length >= 6)
      await runtime.stop()
      assert.deepEqual(handled, [0, 1, 2, 3, 4, 5])
      const [row] = await stack.leases(stream)
      assert.deepEqual(starts, ['TRIM_HORIZON/0', `${row?.checkpoint}/2`])
      assert.equal(row?.subSequenceNumber, 5)
    },
  )
}

real('an aggregate that the KCL cannot take apart arrives as it is, and its stream goes on', async lab => {
  const { stack, log } = lab
  const stream = await stack.createStream(1)
  const whole = aggregate([{ partitionKey: 'key', data: Buffer.from('inside') }], 'standard', 51_200)
  // One record that names a second partition key, where there is one.
  const message = Buffer.from('0a036b65791a0608011a02686f', 'hex')
  const broken = Buffer.concat([Buffer.from('f3899ac2', 'hex'), message, createHash('md5').update(message).digest()])
  await put(stack, stream, [...whole, { partitionKey: 'key', data: broken }, ...whole])
  assert.throws(() => [...deaggregate({ sequenceNumber: '1', data: broken }, { malformed: 'refuse' })], /names a key/)
  const data: string[] = []
  const runtime = lab.runtime({
    streams: [
      kinesisStream({
        streamName: stream,
        applicationName: stream,
        processor: eachRecord(record => {
          data.push(record.aggregated === true ? record.data.toString() : record.data.toString('hex'))
        }),
      }),
    ],
  })
  await runtime.start()
  await eventually('all three came', () => data.length >= 3)
  await runtime.stop()
  assert.deepEqual(data, ['inside', broken.toString('hex'), 'inside'])
  assert.equal(runtime.status().streams[0]?.restarts, 0)
  const told = log.filter(line => line.includes('begins as a KPL aggregate, but cannot be taken apart'))
  assert.equal(told.length, 1)
  assert.ok(!log.some(line => line.includes('DatatypeConverter')))
})
