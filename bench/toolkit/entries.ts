import {
  type Checkpointer,
  type DynamodbRecord,
  eachRecord,
  type KinesisRecord,
  type ProcessorFactory,
  type Shard,
} from 'tsmld'
import { readEveryByte } from '../consumers/absent-byte.ts'
import { encodeDaemonLine, encodeDaemonMessage, framesCodec, jsonLinesCodec, recordsDecoder } from './internals.ts'
import { kplEntries } from './kpl-entries.ts'
import { partNames } from './part-names.ts'
import { dynamodbBinarySample, dynamodbJsonSample, kinesisSample } from './samples.ts'
import { windowEntries } from './window-entries.ts'

/** One part of the library, measured alone. A new one is a line in {@link entries}. */
export interface Entry {
  readonly name: string
  /** How many records one call of `run` is about. */
  readonly records: number
  /** Resolves, or returns, when they are through. */
  readonly run: () => Promise<void> | void
}

const count = 1_000
/** What Node reads from a socket at once. */
const chunkBytes = 64 << 10

/** Everything that group `toolkit` measures. */
export function entries(): Entry[] {
  const records = kinesisSample(count, 1_024)
  const batch = { kind: 'processRecords', records, millisBehindLatest: 0, atShardEnd: false } as const
  const frames = chunksOf(Buffer.concat(encodeDaemonMessage(batch, 32 << 10)))
  const lines = chunksOf(encodeDaemonLine(batch))
  const json = dynamodbJsonSample(count, 1_024)
  const binary = dynamodbBinarySample(count, 1_024)
  return [
    entry('frames: decode 1 KiB, read its data', () => decodeAll(framesCodec(), frames, readData)),
    entry('frames: decode 1 KiB, read every field', () => decodeAll(framesCodec(), frames, readFields)),
    entry('json-lines: decode 1 KiB, read its data', () => decodeAll(jsonLinesCodec(), lines.map(fresh), readData)),
    entry('dynamodb-json: images of 1 KiB, read the keys', () => readChanges('dynamodb-json', json, readKeys)),
    entry('dynamodb-json: images of 1 KiB, read all', () => readChanges('dynamodb-json', json, readImages)),
    entry('dynamodb-binary: images of 1 KiB, read the keys', () => readChanges('dynamodb-binary', binary, readKeys)),
    entry('dynamodb-binary: images of 1 KiB, read all', () => readChanges('dynamodb-binary', binary, readImages)),
    entry(
      partNames.loop,
      handlerOf(
        () => ({
          processRecords(given, checkpointer) {
            for (const record of given.records) handle(record)
            return checkpointer.checkpoint()
          },
        }),
        records,
      ),
    ),
    entry(partNames.eachRecord, handlerOf(eachRecord(handle), records)),
    entry(partNames.concurrent, handlerOf(eachRecord(handleAsync, { concurrency: 100, timeoutMs: 5_000 }), records)),
    ...kplEntries(),
    ...windowEntries(),
  ]
}

function entry(name: string, run: Entry['run']): Entry {
  return { name, records: count, run }
}

function chunksOf(bytes: Buffer): Buffer[] {
  return Array.from({ length: Math.ceil(bytes.length / chunkBytes) }, (_, n) =>
    bytes.subarray(n * chunkBytes, (n + 1) * chunkBytes),
  )
}

/** As from the socket: a decoder may decode in place. The copy is part of what is measured, about 0.1 µs a KiB. */
function fresh(chunk: Buffer): Buffer {
  return Buffer.from(chunk)
}

function decodeAll(
  codec: ReturnType<typeof framesCodec>,
  chunks: readonly Buffer[],
  read: (record: KinesisRecord) => void,
): void {
  const decoder = codec.decoder()
  let seen = 0
  for (const chunk of chunks)
    for (const message of decoder.push(chunk)) {
      if (message.kind !== 'processRecords') continue
      message.records.forEach(read)
      seen += message.records.length
    }
  if (seen !== count) throw new Error(`${seen} of ${count} records were decoded`)
}

/** What was read last: kept, so that no read is optimized away. */
const last: { value: unknown } = { value: undefined }

function readData({ data }: KinesisRecord): void {
  last.value = data
}

function readFields(record: KinesisRecord): void {
  last.value = record.sequenceNumber
  last.value = record.subSequenceNumber
  last.value = record.partitionKey
  last.value = record.explicitHashKey
  last.value = record.approximateArrivalTimestamp
  last.value = record.encryptionType
  last.value = record.aggregated
  last.value = record.data
}

function readChanges(
  format: 'dynamodb-json' | 'dynamodb-binary',
  changes: readonly KinesisRecord[],
  read: (record: DynamodbRecord) => void,
): void {
  const decode = recordsDecoder(format, 'number') as (records: readonly KinesisRecord[]) => readonly DynamodbRecord[]
  decode(changes).forEach(read)
}

function readKeys({ keys }: DynamodbRecord): void {
  last.value = keys
}

function readImages(record: DynamodbRecord): void {
  last.value = record.keys
  last.value = record.newImage
  last.value = record.oldImage
}

const handle = ({ data }: KinesisRecord): void => {
  readEveryByte(data)
}

const handleAsync = async ({ data }: KinesisRecord): Promise<void> => {
  await Promise.resolve()
  readEveryByte(data)
}

const checkpointer: Checkpointer = { checkpoint: () => Promise.resolve() }
const shard: Shard = {
  stream: 'bench',
  applicationName: 'bench',
  shardId: 'shardId-000000000000',
  startingPosition: { sequenceNumber: 'TRIM_HORIZON', subSequenceNumber: 0 },
  signal: new AbortController().signal,
  stopping: new AbortController().signal,
  logger: { debug() {}, info() {}, warn() {}, error() {} },
}

function handlerOf(factory: ProcessorFactory<KinesisRecord>, records: readonly KinesisRecord[]): Entry['run'] {
  const made = Promise.resolve(factory(shard))
  return async () => {
    await (await made).processRecords({ records, millisBehindLatest: 0, atShardEnd: false }, checkpointer)
  }
}
