import type { DaemonMessage, RecordFormat } from '../protocol/messages.ts'
import type { NumberForm } from '../records/attribute-value.ts'
import type { DynamodbRecord, StreamViewType } from '../records/dynamodb-record.ts'
import type { KinesisRecord, Position } from '../records/record.ts'
import { comparePositions } from '../records/sequence-number.ts'
import type { ProcessorFactory } from '../session/record-processor.ts'
import { SHARD_END } from '../session/session-events.ts'
import { dynamodbShard, kinesisShard } from './begin-shard.ts'
import { type RecordedEvent, readRecording } from './recording.ts'
import type { ShardUnderTest } from './shard-under-test.ts'
import type { TestChange, TestRecord } from './test-records.ts'
import type { TestShard, TestShardOptions } from './test-shard.ts'

/** What came of a replay. */
export interface ShardReplay<T> {
  /** The shard as the recording left it; it may be driven on. */
  readonly shard: TestShard<T>
  /** The checkpoints that the recorded processor saved, to compare with the shard's; the shard's end, once the processor was done with it. */
  readonly recordedCheckpoints: readonly Position[]
}

/** For how long a replay lets virtual time pass for one action that is not handled. */
const patienceMs = 900_000

/**
 * Delivers what `recordShard` wrote of a Kinesis shard to another processor, at the recorded times of the virtual clock, each batch once the one before it has its status. Checkpoints are saved at
 * once. It ends with the recording, with the session, or where an action has no status after 15 virtual minutes.
 * @throws Error when the file is no recording of a Kinesis shard.
 */
export function replayShard(
  file: string,
  processor: ProcessorFactory<KinesisRecord>,
): Promise<ShardReplay<TestRecord>> {
  return replay(file, (format, options) => (format === 'kinesis' ? kinesisShard(processor, options) : null))
}

/** Options of {@link replayDynamodbShard}. */
export interface ReplayDynamodbOptions {
  /** As the stream's option. @default number */
  readonly numbers?: NumberForm
}

/** The same for a shard of a DynamoDB stream; its items are of no known type. @throws Error when the file is no recording of one. */
export function replayDynamodbShard(
  file: string,
  processor: ProcessorFactory<DynamodbRecord>,
  options?: ReplayDynamodbOptions,
): Promise<ShardReplay<TestChange>>
/** The same for a shard of a DynamoDB stream. @throws Error when the file is no recording of one. */
export function replayDynamodbShard<Item extends object, View extends StreamViewType = StreamViewType>(
  file: string,
  processor: ProcessorFactory<DynamodbRecord<Item, View>>,
  options?: ReplayDynamodbOptions,
): Promise<ShardReplay<TestChange<Item>>>
export function replayDynamodbShard(
  file: string,
  processor: ProcessorFactory<DynamodbRecord>,
  { numbers = 'number' }: ReplayDynamodbOptions = {},
): Promise<ShardReplay<TestChange>> {
  return replay(file, (format, options) =>
    format === 'kinesis' ? null : dynamodbShard(processor, { ...options, numbers }, format),
  )
}

async function replay<R, T>(
  file: string,
  make: (format: RecordFormat, options: TestShardOptions) => Promise<ShardUnderTest<R, T>> | null,
): Promise<ShardReplay<T>> {
  let format: RecordFormat = 'kinesis'
  let shard: ShardUnderTest<R, T> | null = null
  const recordedCheckpoints: Position[] = []
  for await (const event of readRecording(file)) {
    if (event.kind === 'hello') format = event.hello.recordFormat
    else if (shard !== null) await play(event, shard, recordedCheckpoints)
    else if (event.kind === 'message' && event.message.kind === 'initialize') {
      const made = make(format, beginning(event.message, event.atMs))
      if (made === null)
        throw new Error(`The records of ${file} are ${format}: it is a shard of the other type of stream.`)
      shard = await made
      await settle(shard)
    }
  }
  if (shard === null) throw new Error(`${file} is no recording of a shard: it has no initialize.`)
  return { shard, recordedCheckpoints }
}

function beginning(
  { shardId, sequenceNumber, subSequenceNumber }: Extract<DaemonMessage, { kind: 'initialize' }>,
  atMs: number | null,
): TestShardOptions {
  const startingPosition = { sequenceNumber, subSequenceNumber }
  return { shardId, startingPosition, ...(atMs === null ? {} : { startMs: atMs }) }
}

async function play<R, T>(event: RecordedEvent, shard: ShardUnderTest<R, T>, saved: Position[]): Promise<void> {
  if (event.kind === 'message' && event.message.kind === 'checkpointAnswered') {
    noteSaved(event.message, saved)
    return
  }
  if (event.kind === 'endHandled' && saved.at(-1)?.sequenceNumber !== SHARD_END.sequenceNumber) saved.push(SHARD_END)
  if (shard.ended !== null || shard.busy) return
  await shard.advance(Math.max(0, (event.atMs ?? 0) - shard.nowMs))
  if (event.kind === 'stopping') shard.announceStop()
  else if (event.kind === 'message') await ask(event.message, shard)
  await settle(shard)
}

/** As the lease table has it: what was asked for again is there already. */
function noteSaved(answer: Extract<DaemonMessage, { kind: 'checkpointAnswered' }>, saved: Position[]): void {
  const { sequenceNumber, subSequenceNumber } = answer
  const position = sequenceNumber === null ? SHARD_END : { sequenceNumber, subSequenceNumber: subSequenceNumber ?? 0 }
  const last = saved.at(-1)
  if (answer.error === null && (last === undefined || comparePositions(position, last) > 0)) saved.push(position)
}

async function ask<R, T>(message: DaemonMessage, shard: ShardUnderTest<R, T>): Promise<void> {
  switch (message.kind) {
    case 'processRecords':
      await shard.deliverWire(message.records, message)
      return
    case 'shardEnded':
      await shard.endShard()
      return
    case 'shutdownRequested':
      await shard.requestShutdown()
      return
    case 'leaseLosing':
    case 'leaseLost':
      await shard.loseLease()
      return
    case 'initialize':
    case 'checkpointAnswered':
  }
}

/** Lets virtual time pass until every action has its status; where none of tsmld's timers waits, it is for the handler to go on. */
async function settle<R, T>(shard: ShardUnderTest<R, T>): Promise<void> {
  const end = shard.nowMs + patienceMs
  while (shard.busy) {
    const nextMs = shard.nextTimerMs
    if (nextMs === null) await shard.idle()
    else if (shard.nowMs + nextMs > end) return
    else await shard.advance(nextMs)
  }
}
