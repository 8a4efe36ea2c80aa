import type { Action, RecordFormat, WireRecord } from '../protocol/messages.ts'
import type { Position } from '../records/record.ts'
import type { RecordsDecoder } from '../records/records-decoder.ts'
import { comparePositions } from '../records/sequence-number.ts'
import { maxCheckpointAttempts } from '../runtime/session-home.ts'
import type { ShardStatus } from '../runtime/session-registry.ts'
import type { ProcessorFactory } from '../session/record-processor.ts'
import type { SessionEnd } from '../session/session-events.ts'
import type { DaemonWire } from './daemon-wire.ts'
import { type LeasedSession, LeasedSessions } from './leased-sessions.ts'
import type { ActionMessage, AnswerFault, LeaseTable } from './memory-daemon.ts'
import { faultyBytes, type ProtocolFault } from './protocol-fault.ts'
import { type LogLine, RecordingLogger } from './recording-logger.ts'
import { assertException, assertPassing, assertTimes } from './test-checks.ts'
import type { TestShard, TestShardOptions } from './test-shard.ts'
import { turns } from './turns.ts'
import { VirtualClock } from './virtual-clock.ts'

/** What differs between the types of streams. */
interface RecordForm<R, T> {
  readonly format: RecordFormat
  readonly wire: DaemonWire
  readonly decodeRecords: RecordsDecoder<R>
  /** Turns a partial record into the wire's. */
  readonly encode: (record: T, nowMs: number) => WireRecord
}

/** The real session and codec, between a processor and a daemon in memory. */
export class ShardUnderTest<R, T> implements TestShard<T> {
  readonly #form: RecordForm<R, T>
  readonly #shardId: string
  readonly #start: Position
  readonly #clock: VirtualClock
  readonly #logger = new RecordingLogger()
  readonly #table: LeaseTable = { checkpoints: [], statuses: [], faults: [] }
  readonly #sessions: LeasedSessions<R>
  /** What was delivered after the last checkpoint. */
  #unsaved: WireRecord[] = []
  #present: LeasedSession<R>

  constructor(factory: ProcessorFactory<R>, options: TestShardOptions, form: RecordForm<R, T>) {
    const { shardId = 'shardId-000000000000', startingPosition: start = 'TRIM_HORIZON' } = options
    this.#form = form
    this.#shardId = shardId
    this.#start = typeof start === 'string' ? { sequenceNumber: start, subSequenceNumber: 0 } : start
    this.#clock = new VirtualClock(options.startMs ?? Date.UTC(2026, 0, 1))
    this.#sessions = new LeasedSessions<R>({
      context: {
        stream: options.stream ?? 'test-stream',
        applicationName: options.applicationName ?? 'test-application',
        factory,
        decodeRecords: form.decodeRecords,
        logger: this.#logger,
        checkpointTimeoutMs: options.checkpointTimeoutMs ?? 60_000,
        maxCheckpointAttempts,
        clock: this.#clock,
      },
      shardId,
      recordFormat: form.format,
      clock: this.#clock,
      table: this.#table,
      wire: form.wire,
      chunkBytes: options.chunkBytes ?? Number.POSITIVE_INFINITY,
      handlerWaitMs: options.handlerWaitMs ?? 30_000,
      stallTimeoutMs: options.stallTimeoutMs ?? 300_000,
      onStall: options.onStall ?? 'warn',
    })
    this.#present = this.#sessions.connect()
  }

  get checkpoints(): readonly Position[] {
    return this.#table.checkpoints
  }

  get statuses(): readonly Action[] {
    return this.#table.statuses
  }

  get ended(): SessionEnd | null {
    return this.#present.end
  }

  get signal(): AbortSignal {
    return this.#present.session.signal
  }

  get busy(): boolean {
    return this.#present.daemon.busy
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

  get exitCode(): number | null {
    return this.#sessions.exitCode
  }

  status(): ShardStatus {
    return this.#present.status()
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
    assertPassing(ms)
    await this.#clock.pass(ms)
  }

  async idle(): Promise<void> {
    await this.#present.daemon.idle()
    await turns()
  }

  failCheckpoints(error: string, times = 1): void {
    assertException(error)
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
    this.#present.daemon.say({ kind: 'checkpointAnswered', sequenceNumber, subSequenceNumber, error: null })
    await turns()
  }

  async loseLease(): Promise<void> {
    this.#present.daemon.loseLease()
    await turns()
  }

  endShard(): Promise<boolean> {
    return this.#ask({ kind: 'shardEnded' })
  }

  requestShutdown(): Promise<boolean> {
    const handled = this.#ask({ kind: 'shutdownRequested' })
    this.#present.daemon.ask({ kind: 'leaseLost' })
    return handled
  }

  stop(): Promise<boolean> {
    this.announceStop()
    return this.requestShutdown()
  }

  announceStop(): void {
    this.#present.session.announceStop()
  }

  async disconnect(): Promise<void> {
    this.#present.daemon.break()
    await turns()
  }

  async restart(): Promise<boolean> {
    await this.disconnect()
    return this.#comeBack()
  }

  async regainLease(): Promise<boolean> {
    this.#present.daemon.leaseGone()
    return this.#comeBack()
  }

  repeatHello(): string {
    const { wire } = this.#form
    if (!wire.hasHello) throw new Error('A stock daemon has no hello: a session of its names no lease.')
    return this.#sessions.refusalOf(this.#present.hello) ?? 'it is not refused'
  }

  async breakProtocol(fault: ProtocolFault): Promise<void> {
    const { wire } = this.#form
    if (fault === 'recordsBeforeInitialize') {
      await this.disconnect()
      this.#present = this.#sessions.connect()
      const records = this.#unsaved
      this.#present.daemon.say({ kind: 'processRecords', records, millisBehindLatest: 0, atShardEnd: false })
    } else {
      const { daemon } = this.#present
      daemon.sayBytes(faultyBytes(fault, wire, this.#shardId))
      if (fault === 'truncated') daemon.break()
    }
    await turns()
  }

  async close(): Promise<void> {
    this.#present.session.end(new Error('The test has closed its shard.'))
    await turns()
    this.#sessions.close()
    this.#clock.clear()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  /** A new session begins after the last checkpoint, and gets again what came after it. */
  #comeBack(): Promise<boolean> {
    this.#present = this.#sessions.connect()
    const last = this.#table.checkpoints.at(-1)
    const again = this.#unsaved.filter(record => last === undefined || comparePositions(record, last) > 0)
    this.#unsaved = []
    const began = this.begin()
    return again.length === 0 ? began : this.deliverWire(again)
  }

  async #ask(message: ActionMessage): Promise<boolean> {
    const { end, daemon } = this.#present
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
    assertTimes(
      fault.kind === 'refused' ? 'failCheckpoints()' : `${fault.kind === 'lost' ? 'lose' : 'double'}Answers()`,
      times,
    )
    for (let time = 0; time < times; time++) this.#table.faults.push(fault)
  }
}
