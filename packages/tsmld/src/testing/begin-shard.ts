import { checkOptions } from '../config/check-options.ts'
import { type Check, integer, milliseconds, oneOf, text } from '../config/checks.ts'
import { importedProcessor } from '../processors/module-processor.ts'
import type { RecordFormat } from '../protocol/messages.ts'
import type { DynamodbRecord, StreamViewType } from '../records/dynamodb-record.ts'
import type { KinesisRecord } from '../records/record.ts'
import { kinesisDecoder, type RecordsDecoder, recordsDecoder } from '../records/records-decoder.ts'
import type { ProcessorFactory } from '../session/record-processor.ts'
import { framesWire, linesWire } from './daemon-wire.ts'
import { ShardUnderTest } from './shard-under-test.ts'
import { assertFactory, checkStartingPosition } from './test-checks.ts'
import { changeOnWire, kinesisOnWire, RecordNumbers, type TestChange, type TestRecord } from './test-records.ts'
import type { TestDynamodbShardOptions, TestShardOptions } from './test-shard.ts'

const checks: Readonly<Record<keyof TestShardOptions, Check>> = {
  shardId: text(),
  stream: text(),
  applicationName: text(),
  startingPosition: checkStartingPosition,
  startMs: integer(0),
  checkpointTimeoutMs: milliseconds(1),
  daemon: oneOf('embedded', 'stock'),
  stallTimeoutMs: milliseconds(1_000),
  onStall: oneOf('warn', 'restartStream', 'exit'),
  handlerWaitMs: milliseconds(0),
  chunkBytes: integer(1),
}
const dynamodbChecks: Readonly<Record<keyof TestDynamodbShardOptions, Check>> = {
  ...checks,
  numbers: oneOf('number', 'string'),
}

/** A shard of a Kinesis stream, begun. */
export async function kinesisShard(
  processor: ProcessorFactory<KinesisRecord>,
  options: TestShardOptions,
): Promise<ShardUnderTest<KinesisRecord, TestRecord>> {
  checkOptions('testShard()', options, checks)
  assertFactory('testShard()', processor)
  const numbers = new RecordNumbers()
  const shard = new ShardUnderTest(await importedProcessor(processor), options, {
    format: 'kinesis',
    wire: options.daemon === 'stock' ? linesWire('KCL 3') : framesWire,
    decodeRecords: kinesisDecoder,
    encode: (record: TestRecord, nowMs) => kinesisOnWire(record, numbers, nowMs),
  })
  await shard.begin()
  return shard
}

/** A shard of a DynamoDB stream, begun; `recordedFormat` is that of a recording. */
export async function dynamodbShard<Item extends object, View extends StreamViewType>(
  processor: ProcessorFactory<DynamodbRecord<Item, View>>,
  options: TestDynamodbShardOptions,
  recordedFormat?: RecordFormat,
): Promise<ShardUnderTest<DynamodbRecord<Item, View>, TestChange<Item>>> {
  checkOptions('testDynamodbShard()', options, dynamodbChecks)
  assertFactory('testDynamodbShard()', processor)
  const numbers = new RecordNumbers()
  const isStock = options.daemon === 'stock'
  const format = recordedFormat ?? (isStock ? 'dynamodb-json' : 'dynamodb-binary')
  const decode: unknown = recordsDecoder(format, options.numbers ?? 'number')
  const shard = new ShardUnderTest(await importedProcessor(processor), options, {
    format,
    // AWS's daemon for DynamoDB streams is KCL 1's.
    wire: isStock ? linesWire('version 2') : framesWire,
    decodeRecords: decode as RecordsDecoder<DynamodbRecord<Item, View>>,
    encode: (change: TestChange<Item>, nowMs) => changeOnWire(change, numbers, nowMs, format),
  })
  await shard.begin()
  return shard
}
