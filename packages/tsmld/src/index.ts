export type { AssumeRole, Credentials } from './config/credentials.ts'
export type { DaemonOptions } from './config/daemon-options.ts'
export { dynamodbStream, kinesisStream, type StreamDefinition } from './config/define-stream.ts'
export { type StreamFromPropertiesOptions, streamFromProperties } from './config/stream-from-properties.ts'
export type * from './config/stream-options.ts'
export {
  CheckpointError,
  ConfigError,
  DaemonExitError,
  InvalidRecordError,
  ProtocolError,
  RecordProcessorError,
  RestartLimitError,
  type SchemaIssue,
  StreamFailedError,
  ThreadExitError,
  TimeoutError,
  TsmldError,
  type TsmldErrorOptions,
} from './errors.ts'
export type { Logger } from './observability/logger.ts'
export type { RecordContext } from './processors/attempt.ts'
export type { BatchFailures } from './processors/batch-outcome.ts'
export { type BatchProcessorOptions, batchProcessor, type SavedCheckpoint } from './processors/batch-processor.ts'
export { type BatchHandler, type EachBatchOptions, eachBatch } from './processors/each-batch.ts'
export {
  type EachRecordOptions,
  type EachValueOptions,
  eachRecord,
  type RecordHandler,
} from './processors/each-record.ts'
export { eachShard, type ShardBody } from './processors/each-shard.ts'
export type { Flusher, FlushKind, FlushToken } from './processors/flusher.ts'
export { type ModuleProcessorOptions, moduleProcessor } from './processors/module-processor.ts'
export {
  type DeadLetter,
  type DeadLetterSink,
  deadLetter,
  type OnPoison,
  type PoisonFailure,
} from './processors/poison.ts'
export type { FailureOptions } from './processors/processor-options.ts'
export type { OnRecordEvent, RecordEvent } from './processors/record-events.ts'
export type { RetryOptions } from './processors/retry.ts'
export type { ShardBatch } from './processors/shard-batches.ts'
export type { SchemaOutput, SchemaResult, StandardSchema } from './processors/standard-schema.ts'
export type { RecordValue, ValueHandler } from './processors/validated.ts'
export type { NumberForm } from './records/attribute-value.ts'
export type * from './records/dynamodb-record.ts'
export { isTtlDelete } from './records/dynamodb-record.ts'
export { type FencingToken, fencingToken } from './records/fencing-token.ts'
export type { KinesisRecord, Position } from './records/record.ts'
export { comparePositions } from './records/sequence-number.ts'
export { createRuntime, type Runtime } from './runtime/create-runtime.ts'
export type { Health } from './runtime/health.ts'
export type { RestartLimit } from './runtime/restart-policy.ts'
export type { RuntimeOptions } from './runtime/runtime-options.ts'
export type { ShardStatus } from './runtime/session-registry.ts'
export type { RuntimeState, RuntimeStatus } from './runtime/status.ts'
export type { StreamState, StreamStatus } from './runtime/stream-supervisor.ts'
export type { Backoff } from './session/backoff.ts'
export type { BlockedRecord, HeldRecords, RunningCall } from './session/held-records.ts'
export type { Batch, Checkpointer, ProcessorFactory, RecordProcessor, Shard } from './session/record-processor.ts'
export type { SessionStatus } from './session/session-status.ts'
export type { ThreadStatus } from './threads/thread-pool.ts'
