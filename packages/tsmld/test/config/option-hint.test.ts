import assert from 'node:assert/strict'
import { test } from 'node:test'
import { normalizeRuntime } from '../../src/config/normalize-runtime.ts'
import { optionHint, optionOwners } from '../../src/config/option-hint.ts'
import {
  batchProcessor,
  createRuntime,
  dynamodbStream,
  eachBatch,
  eachRecord,
  kinesisStream,
  type ProcessorFactory,
} from '../../src/index.ts'
import { batchProcessorChecks } from '../../src/processors/batch-processor.ts'
import { eachBatchChecks } from '../../src/processors/each-batch.ts'
import { eachRecordChecks } from '../../src/processors/each-record.ts'
import { retryChecks } from '../../src/processors/processor-options.ts'

const processor: ProcessorFactory<unknown> = () => ({ processRecords() {} })
const valid = kinesisStream({ streamName: 'clicks', applicationName: 'clicks', processor })
const given = (options: Record<string, unknown>): Record<string, never> => options as Record<string, never>
const clicks = (options: Record<string, unknown>) =>
  createRuntime({
    streams: [kinesisStream({ streamName: 'clicks', applicationName: 'clicks', processor, ...given(options) })],
  })
const items = (options: Record<string, unknown>) =>
  createRuntime({
    streams: [dynamodbStream({ tableName: 'items', applicationName: 'items', processor, ...given(options) })],
  })

const hints: readonly [string, () => unknown, string][] = [
  [
    'a table on a Kinesis stream',
    () => clicks({ tableName: 'items' }),
    " It belongs to dynamodbStream(). Did you mean 'streamName' or 'leaseTableName'?",
  ],
  [
    'a stream name on a DynamoDB stream',
    () => items({ streamName: 'clicks' }),
    " It belongs to kinesisStream(). Did you mean 'tableName'?",
  ],
  ['fan-out on a DynamoDB stream', () => items({ retrievalMode: 'FANOUT' }), ' It belongs to kinesisStream().'],
  ["Lambda's BatchSize on a stream", () => clicks({ batchSize: 100 }), " Did you mean 'maxRecords'?"],
  [
    "Lambda's BatchSize on eachBatch",
    () => eachBatch(() => {}, given({ batchSize: 9 })),
    " Did you mean 'maxRecords'?",
  ],
  [
    "Lambda's window on eachBatch",
    () => eachBatch(() => {}, given({ maximumBatchingWindowInSeconds: 9 })),
    " Did you mean 'maxWaitMs'?",
  ],
  ["Kafka's retries on eachRecord", () => eachRecord(() => {}, given({ retries: 3 })), " Did you mean 'retry'?"],
  [
    'retries in the option retry',
    () => eachRecord(() => {}, { retry: given({ retries: 3 }) }),
    " Did you mean 'attempts'?",
  ],
  ['retries on a stream', () => clicks({ retries: 3 }), " Did you mean 'attempts' of the option 'retry'?"],
  ['the concurrency of a stream', () => clicks({ concurrency: 3 }), ' It belongs to eachRecord().'],
  [
    'a DLQ on a batch processor',
    () => batchProcessor({ flusher: () => assert.fail(), ...given({ dlq: 'queue' }) }),
    " Did you mean 'onPoison' of eachRecord() or eachBatch()?",
  ],
  ["Kafka's groupId", () => clicks({ groupId: 'a' }), " Did you mean 'applicationName'?"],
  ['threads on a stream', () => clicks({ threads: 3 }), ' It belongs to createRuntime().'],
  ["aws-kcl's property", () => clicks({ failoverTimeMillis: 3 }), " Did you mean 'failoverTimeMs'?"],
  [
    'a grace period of the runtime',
    () => createRuntime({ streams: [valid], ...given({ gracePeriodMs: 3 }) }),
    " Did you mean 'stopDeadlineMs'?",
  ],
]
for (const [what, make, hint] of hints)
  test(`the hint for ${what} is:${hint}`, () => {
    assert.throws(make, (error: unknown) => {
      assert.ok(error instanceof Error)
      assert.equal(error.message.replace(/^Option '\w+' of .* is unknown\./, ''), hint)
      return true
    })
  })

test('nothing is said of a name that means nothing here, whatever objects inherit', () => {
  for (const name of ['somethingElse', 'constructor', '__proto__', 'toString'])
    assert.equal(optionHint(name, ['key']), '')
})

test('each function has the options that the hints say it has', () => {
  const checked: Record<string, object> = {
    'eachRecord()': eachRecordChecks,
    'eachBatch()': eachBatchChecks,
    'batchProcessor()': batchProcessorChecks,
    "the option 'retry'": retryChecks,
  }
  for (const [owner, checks] of Object.entries(checked))
    assert.deepEqual([...(optionOwners[owner] ?? [])].toSorted(), Object.keys(checks).toSorted(), owner)
  for (const name of optionOwners['createRuntime()'] ?? [])
    assert.throws(() => normalizeRuntime({ streams: [valid], ...given({ [name]: Symbol('wrong') }) }), {
      message: new RegExp(`^Option '${name}' of the runtime (?!is unknown)`),
    })
})
