import type { OnStall } from '../config/stream-options.ts'
import type { Action } from '../protocol/messages.ts'
import type { NumberForm } from '../records/attribute-value.ts'
import type { DynamodbRecord, StreamViewType } from '../records/dynamodb-record.ts'
import type { KinesisRecord, Position } from '../records/record.ts'
import type { ShardStatus } from '../runtime/session-registry.ts'
import type { ProcessorFactory } from '../session/record-processor.ts'
import type { SessionEnd } from '../session/session-events.ts'
import { dynamodbShard, kinesisShard } from './begin-shard.ts'
import type { ProtocolFault } from './protocol-fault.ts'
import type { LogLine } from './recording-logger.ts'
import type { TestChange, TestRecord } from './test-records.ts'

/** What a shard under test is like; everything may be left out. */
export interface TestShardOptions {
  /** @default shardId-000000000000 */
  readonly shardId?: string
  /** @default test-stream */
  readonly stream?: string
  /** @default test-application */
  readonly applicationName?: string
  /** The checkpoint that the first session begins after: a position, or `TRIM_HORIZON`, `LATEST`, `AT_TIMESTAMP`. @default TRIM_HORIZON */
  readonly startingPosition?: string | Position
  /** Where the virtual clock begins, in epoch milliseconds. @default 2026-01-01T00:00:00Z */
  readonly startMs?: number
  /** How long an answer to a checkpoint may take, in virtual milliseconds. @default 60,000 */
  readonly checkpointTimeoutMs?: number
  /** Whose protocol it speaks: `stock` is AWS's MultiLangDaemon, with its lines of JSON, and checkpoints within an action only. @default embedded */
  readonly daemon?: 'embedded' | 'stock'
  /** As the stream's option, in virtual milliseconds. @default 300,000 */
  readonly stallTimeoutMs?: number
  /** As the stream's option. @default warn */
  readonly onStall?: OnStall
  /** As the runtime's option, in virtual milliseconds. @default 30,000 */
  readonly handlerWaitMs?: number
  /** The greatest chunk that the daemon's bytes come in: with 1, characters and numbers come apart too. @default no limit */
  readonly chunkBytes?: number
}

/**
 * One shard as the daemon leases it to a processor, in memory and on a virtual clock. Each method resolves once everything has happened that needs no time; what waits for a timer of tsmld goes
 * on with `advance`. As with the KCL, an action is asked for when the one before it has its status.
 */
export interface TestShard<T> extends AsyncDisposable {
  /** The checkpoints that are in the lease table, in order, of all sessions; the shard's end has the sequence number `SHARD_END`. */
  readonly checkpoints: readonly Position[]
  /** The actions whose status was sent, in order, of all sessions. */
  readonly statuses: readonly Action[]
  /** How the session ended, with its `error` if that was why; null while it lives. */
  readonly ended: SessionEnd | null
  /** The session's, as `shard.signal` has it. */
  readonly signal: AbortSignal
  /** Whether an action is without its status, or waits for its turn. */
  readonly busy: boolean
  /** The virtual clock, in epoch milliseconds. */
  readonly nowMs: number
  /** What was logged. */
  readonly log: readonly LogLine[]
  /** As `runtime.status()` tells of it. */
  status(): ShardStatus
  /** What the process would have ended with, where a stall ends it (`onStall: 'exit'`); else null. */
  readonly exitCode: number | null
  /**
   * Delivers records, or with none the KCL's heartbeat. Resolves to whether the batch has its status: false where the processor holds it back, and where the session ended.
   * @throws Error when the session has ended.
   */
  deliver(records: readonly T[], batch?: { millisBehindLatest?: number | null; atShardEnd?: boolean }): Promise<boolean>
  /** Lets virtual milliseconds pass; timers that are due run in their order. */
  advance(ms: number): Promise<void>
  /** Resolves when the shard is not `busy`, in real time: for handlers that wait for more than tsmld's timers. */
  idle(): Promise<void>
  /**
   * The next `times` checkpoints are refused with this error, the simple name of a Java exception: `ThrottlingException`, `KinesisClientLibDependencyException`,
   * `ShutdownException` (the lease is lost), `InvalidStateException`, `IllegalArgumentException`, or any other. @default once
   */
  failCheckpoints(error: string, times?: number): void
  /** The next `times` checkpoints are saved, and their answers do not come. @default once */
  loseAnswers(times?: number): void
  /** The next `times` checkpoints are saved and answered twice. @default once */
  doubleAnswers(times?: number): void
  /** The daemon answers a checkpoint that was not asked for. */
  answerUnasked(): Promise<void>
  /** Another worker takes the lease, also while a handler runs: the signal aborts, no checkpoint is saved any more, and `leaseLost` comes after the present action. */
  loseLease(): Promise<void>
  /** The shard is closed and all was delivered. Resolves to whether its end has its status. */
  endShard(): Promise<boolean>
  /** The lease is handed over: `shutdownRequested`, then `leaseLost`. Resolves to whether the former has its status. */
  requestShutdown(): Promise<boolean>
  /** The process stops: `shard.stopping` aborts, then the same. */
  stop(): Promise<boolean>
  /** The daemon's process dies. */
  disconnect(): Promise<void>
  /**
   * The shard comes back, as after a failure: a new session begins after the last checkpoint, once no user code of the one before runs, and gets every record again that was delivered after it. A session that
   * still lives is disconnected first. Resolves to whether those records have their status.
   */
  restart(): Promise<boolean>
  /**
   * The lease was lost and is this worker's again, before the present session has noticed: the new session aborts it, waits until none of its user code runs, at most `handlerWaitMs`, and goes on as after `restart`.
   */
  regainLease(): Promise<boolean>
  /** A second connection says the present session's hello, and is refused: why. @throws Error with a stock daemon, which has no hello. */
  repeatHello(): string
  /** The daemon breaks the protocol. `recordsBeforeInitialize` does so in a new session; the others within the present one. */
  breakProtocol(fault: ProtocolFault): Promise<void>
  /** Ends the session, if it lives, and forgets the virtual clock's timers; so does `await using`. */
  close(): Promise<void>
}

/** Runs a processor of a Kinesis stream as one leased shard. Resolves when `initialize` has its status, the session ended, or it waits for what needs time. */
export async function testShard(
  processor: ProcessorFactory<KinesisRecord>,
  options: TestShardOptions = {},
): Promise<TestShard<TestRecord>> {
  return await kinesisShard(processor, options)
}

/** Options of {@link testDynamodbShard}. */
export interface TestDynamodbShardOptions extends TestShardOptions {
  /** As the stream's option. @default number */
  readonly numbers?: NumberForm
}

// This one first: only so does a handler without annotations get records, rather than `unknown`, where no item is given.
/** Runs a processor of a DynamoDB stream as one leased shard; its items are of no known type. */
export function testDynamodbShard(
  processor: ProcessorFactory<DynamodbRecord>,
  options?: TestDynamodbShardOptions,
): Promise<TestShard<TestChange>>
/** Runs a processor of a DynamoDB stream as one leased shard. Its changes are given in JavaScript's values, and come as the daemon's bytes. */
export function testDynamodbShard<Item extends object, View extends StreamViewType = StreamViewType>(
  processor: ProcessorFactory<DynamodbRecord<Item, View>>,
  options?: TestDynamodbShardOptions,
): Promise<TestShard<TestChange<Item>>>
export async function testDynamodbShard(
  processor: ProcessorFactory<DynamodbRecord>,
  options: TestDynamodbShardOptions = {},
): Promise<TestShard<TestChange>> {
  return await dynamodbShard(processor, options)
}
