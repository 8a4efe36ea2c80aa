export type { Action } from '../protocol/messages.ts'
export type { SessionEnd } from '../session/session-events.ts'
export type { ProtocolFault } from './protocol-fault.ts'
export { type RecordShardOptions, recordShard } from './record-shard.ts'
export type { LogLine } from './recording-logger.ts'
export { type ReplayDynamodbOptions, replayDynamodbShard, replayShard, type ShardReplay } from './replay-shard.ts'
export type { TestChange, TestRecord } from './test-records.ts'
export {
  type TestDynamodbShardOptions,
  type TestShard,
  type TestShardOptions,
  testDynamodbShard,
  testShard,
} from './test-shard.ts'
