import { importedProcessor } from '../processors/module-processor.ts'
import { framesCodec } from '../protocol/frame-codec.ts'
import type { Action, RecordFormat, WireRecord } from '../protocol/messages.ts'
import type { NumberForm } from '../records/attribute-value.ts'
import type { DynamodbRecord, StreamViewType } from '../records/dynamodb-record.ts'
import type { KinesisRecord, Position } from '../records/record.ts'
import { type RecordsDecoder, recordsDecoder } from '../records/records-decoder.ts'
import { comparePositions } from '../records/sequence-number.ts'
import { maxCheckpointAttempts } from '../runtime/session-home.ts'
import type { ProcessorFactory } from '../session/record-processor.ts'
import type { SessionEnd } from '../session/session-events.ts'
import type { SessionStatus } from '../session/session-status.ts'
import { type SessionContext, ShardSession } from '../session/shard-session.ts'
import { type ActionMessage, type AnswerFault, type LeaseTable, MemoryDaemon } from './memory-daemon.ts'
import { type LogLine, RecordingLogger } from './recording-logger.ts'
import { changeOnWire, kinesisOnWire, RecordNumbers, type TestChange, type TestRecord } from './test-records.ts'
import type { TestShard, TestShardOptions } from './test-shard.ts'
import { turns } from './turns.ts'
import { VirtualClock } from './virtual-clock.ts'

/** What differs between the types of streams. */
interface RecordForm<R, T> {
  readonly decodeRecords: RecordsDecoder<R>
  /** Turns a partial record into the wire's. */
  readonly encode: (record: T, nowMs: number) => WireRecord
}

interface PlayedSession<R> {
  readonly session: ShardSession<R>
  readonly daemon: MemoryDaemon
  end: SessionEnd | null
}

/** The real session and codec, between a processor and a daemon in memory. */
export class ShardUnderTest<R, T> implements TestShard<T> {
  readonly #form: RecordForm<R, T>
  readonly #context: SessionContext<R>
  readonly #shardId: string
  readonly #start: Position
  readonly #clock: VirtualClock
  readonly #logger = new RecordingLogger()
  readonly #table: LeaseTable = { checkpoints: [], statuses: [], faults: [] }
  /** What was delivered after the last checkpoint. */
  #unsaved: WireRecord[] = []
  #played: PlayedSession<R>

  constructor(factory: ProcessorFactory<R>, options: TestShardOptions, form: RecordForm<R, T>) {
    const { shardId = 'shardId-000000000000', startingPosition: start = 'TRIM_HORIZON' } = options
    this.#form = form
    this.#shardId = shardId
    this.#start = typeof start === 'string' ? { sequenceNumber: start, subSequenceNumber: 0 } : start
    this.#clock = new VirtualClock(options.startMs ?? Date.UTC(2026, 0, 1))
    this.#context = {
      stream: options.stream ?? 'test-stream',
      applicationName: options.applicationName ?? 'test-application',
      factory,
      decodeRecords: form.decodeRecords,
      logger: this.#logger,
      newCodec: () => framesCodec(),
      beforeInitialize: () => Promise.resolve(),
      checkpointTimeoutMs: options.checkpointTimeoutMs ?? 60_000,
      maxCheckpointAttempts,
      clock: this.#clock,
    }
    this.#played = this.#connect(this.#context)
  }

  get checkpoints(): readonly Position[] {
    return this.#table.checkpoints
  }

  get statuses(): readonly Action[] {
    return this.#table.statuses
  }

  get ended(): SessionEnd | null {
    return this.#played.end
  }

  get signal(): AbortSignal {
    return this.#played.session.signal
  }

  get busy(): boolean {
    return this.#played.daemon.busy
  }

  get nowMs(): number {
    return this.#clock.now()
  }

  get log(): readonly LogLine[] {
    return this.#logger.lines
  }

  /** How long until a timer of tsmld is due; null where none waits. */
  get nextTimerMs(): number | null {
    return this.#clock.nextInMs
  }

  status(): SessionStatus {
    return this.#played.session.status()
  }

  /** The daemon's `initialize`. */
  begin(): Promise<boolean> {
    const { sequenceNumber, subSequenceNumber } = this.#table.checkpoints.at(-1) ?? this.#start
    return this.#ask({ kind: 'initialize', shardId: this.#shardId, sequenceNumber, subSequenceNumber })
  }

  deliver(records: readonly T[], batch = {}): Promise<boolean> {
    return this.deliverWire(
      records.map(record => this.#form.encode(record, this.#clock.now())),
      batch,
    )
  }

  /** Delivers records that are the wire's already. */
  deliverWire(
    records: readonly WireRecord[],
    { millisBehindLatest = 0, atShardEnd = false }: { millisBehindLatest?: number | null; atShardEnd?: boolean } = {},
  ): Promise<boolean> {
    if (this.ended === null) this.#unsaved.push(...records)
    return this.#ask({ kind: 'processRecords', records, millisBehindLatest, atShardEnd })
  }

  async advance(ms: number): Promise<void> {
    await this.#clock.pass(ms)
  }

  async idle(): Promise<void> {
    await this.#played.daemon.idle()
    await turns()
  }

  failCheckpoints(error: string, times = 1): void {
    this.#plan({ kind: 'refused', error }, times)
  }

  loseAnswers(times = 1): void {
    this.#plan({ kind: 'lost' }, times)
  }

  doubleAnswers(times = 1): void {
    this.#plan({ kind: 'doubled' }, times)
  }

  async answerUnasked(): Promise<void> {
    const { sequenceNumber, subSequenceNumber } = this.#table.checkpoints.at(-1) ?? this.#start
    this.#played.daemon.say({ kind: 'checkpointAnswered', sequenceNumber, subSequenceNumber, error: null })
    await turns()
  }

  async loseLease(): Promise<void> {
    this.#played.daemon.loseLease()
    await turns()
  }

  endShard(): Promise<boolean> {
    return this.#ask({ kind: 'shardEnded' })
  }

  requestShutdown(): Promise<boolean> {
    const handled = this.#ask({ kind: 'shutdownRequested' })
    this.#played.daemon.ask({ kind: 'leaseLost' })
    return handled
  }

  stop(): Promise<boolean> {
    this.announceStop()
    return this.requestShutdown()
  }

  announceStop(): void {
    this.#played.session.announceStop()
  }

  async disconnect(): Promise<void> {
    this.#played.daemon.break()
    await turns()
  }

  async restart(): Promise<boolean> {
    await this.disconnect()
    const before = this.#played.session
    this.#played = this.#connect({ ...this.#context, beforeInitialize: () => before.handlerSettled() })
    const last = this.#table.checkpoints.at(-1)
    const again = this.#unsaved.filter(record => last === undefined || comparePositions(record, last) > 0)
    this.#unsaved = []
    const began = this.begin()
    return again.length === 0 ? began : this.deliverWire(again)
  }

  async close(): Promise<void> {
    this.#played.session.end(new Error('The test has closed its shard.'))
    await turns()
    this.#clock.clear()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  #connect(context: SessionContext<R>): PlayedSession<R> {
    const daemon = new MemoryDaemon(this.#table)
    const session = new ShardSession(context, daemon, this.#shardId)
    const played: PlayedSession<R> = { session, daemon, end: null }
    void session.ended.then(end => {
      played.end = end
    })
    session.start(Buffer.alloc(0))
    return played
  }

  async #ask(message: ActionMessage): Promise<boolean> {
    const { end, daemon } = this.#played
    if (end !== null)
      throw new Error(
        `The session has ended (${end.kind}): ${message.kind} can come no more. restart() begins the next one.`,
        'error' in end ? { cause: end.error } : undefined,
      )
    let handled = false
    daemon.ask(message, yes => {
      handled = yes
    })
    await turns()
    return handled
  }

  #plan(fault: AnswerFault, times: number): void {
    for (let time = 0; time < times; time++) this.#table.faults.push(fault)
  }
}

/** A shard of a Kinesis stream, begun. */
export async function kinesisShard(
  processor: ProcessorFactory<KinesisRecord>,
  options: TestShardOptions,
): Promise<ShardUnderTest<KinesisRecord, TestRecord>> {
  const numbers = new RecordNumbers()
  const shard = new ShardUnderTest(await importedProcessor(processor), options, {
    decodeRecords: records => records,
    encode: (record: TestRecord, nowMs) => kinesisOnWire(record, numbers, nowMs),
  })
  await shard.begin()
  return shard
}

/** A shard of a DynamoDB stream, begun. */
export async function dynamodbShard<Item extends object, View extends StreamViewType>(
  processor: ProcessorFactory<DynamodbRecord<Item, View>>,
  options: TestShardOptions,
  format: RecordFormat,
  numberForm: NumberForm,
): Promise<ShardUnderTest<DynamodbRecord<Item, View>, TestChange<Item>>> {
  const numbers = new RecordNumbers()
  const decode: unknown = recordsDecoder(format, numberForm)
  const shard = new ShardUnderTest(await importedProcessor(processor), options, {
    decodeRecords: decode as RecordsDecoder<DynamodbRecord<Item, View>>,
    encode: (change: TestChange<Item>, nowMs) => changeOnWire(change, numbers, nowMs),
  })
  await shard.begin()
  return shard
}
