import type { Logger } from '../observability/logger.ts'
import type { Position } from '../records/record.ts'
import type { HeldRecords } from './held-records.ts'

/** One shard whose lease this process holds, as a processor sees it. */
export interface Shard {
  /** The stream's name or the table's. */
  readonly stream: string
  /** The application's name: the lease table's. */
  readonly applicationName: string
  readonly shardId: string
  /** Records after it follow: the last checkpoint, or a sentinel (`TRIM_HORIZON`, `LATEST`, `AT_TIMESTAMP`) where there is none. */
  readonly startingPosition: Position
  /** Aborted when the lease is gone or the session has ended: stop working on this shard. Its reason is an error that says why. */
  readonly signal: AbortSignal
  /** Aborted when the process begins to stop, some time before `shutdownRequested` comes: begin nothing long, and let the present batch settle. */
  readonly stopping: AbortSignal
  /** The runtime's logger with the stream and the shard in every line. */
  readonly logger: Logger
}

/** The records of one read, in order. */
export interface Batch<R> {
  readonly records: readonly R[]
  /** How far this shard is behind its newest record, in milliseconds; null where the daemon does not know. */
  readonly millisBehindLatest: number | null
  /** Whether the shard is closed and these are its last records. */
  readonly atShardEnd: boolean
}

/** Saves how far a shard was processed; what follows the last checkpoint comes again after a failure. */
export interface Checkpointer {
  /**
   * Saves that everything up to and including `at` was processed; without it, everything delivered so far.
   * Resolves when the lease table holds it. Calls that overlap are merged: each resolves when its position, or a later one, is saved.
   * @throws CheckpointError when it was not saved; `reason` is `ShutdownException` when the lease is gone, which is no reason to fail.
   */
  checkpoint(at?: Position): Promise<void>
}

/** What runs for one shard. Every method may be asynchronous; the next begins only after the last has settled, and a rejection ends the session, uncheckpointed (that of `settled` changes nothing). */
export interface RecordProcessor<R> {
  processRecords(batch: Batch<R>, checkpointer: Checkpointer): Promise<void> | void
  /** The shard was closed (a split or merge) and all of its records were delivered. The shard's end is checkpointed by tsmld after it settles. */
  shardEnded?(checkpointer: Checkpointer): Promise<void> | void
  /** The worker stops or hands the lease over: finish and checkpoint. */
  shutdownRequested?(checkpointer: Checkpointer): Promise<void> | void
  /** The lease is no longer held, to another worker or after a stop: discard what is not checkpointed. */
  leaseLost?(): Promise<void> | void
  /** Resolves when nothing of this processor runs any more, for one whose work goes on after its methods have settled: a later session of the shard waits for it. */
  settled?(): Promise<void>
  /**
   * What it has taken and is not done with, for `status()` and the watchdog; for one whose calls into user code outlast its methods, or whose methods wait for what is no such call. Where it
   * is absent, a method that has not settled is the call. Asked every few seconds, and must not wait.
   */
  held?(): HeldRecords
  /** Whether `processRecords` is also called with no records, as a heartbeat. @default false */
  readonly emptyBatches?: boolean
}

/** Makes the processor of a shard: the KCL's `initialize`. */
export type ProcessorFactory<R> = (shard: Shard) => RecordProcessor<R> | Promise<RecordProcessor<R>>
