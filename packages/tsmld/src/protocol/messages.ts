// The messages of docs/protocol.md, as both codecs give and take them. KCL 1's `shutdown` does not appear here: the json-lines codec translates it.
import type { KinesisRecord } from '../records/record.ts'

/** A position as the wire has it: digits or a sentinel (`TRIM_HORIZON`, `LATEST`, `AT_TIMESTAMP`, `SHARD_END`). */
export interface WirePosition {
  readonly sequenceNumber: string
  readonly subSequenceNumber: number
}

/** A record as it came: a Kinesis stream's as its users get it; of a DynamoDB stream, `data` is the stream record, still encoded. */
export type WireRecord = KinesisRecord

/** The actions that are answered with a status. */
export type Action = 'initialize' | 'processRecords' | 'leaseLost' | 'shardEnded' | 'shutdownRequested'

/** What the daemon says. */
export type DaemonMessage =
  | ({ readonly kind: 'initialize'; readonly shardId: string } & WirePosition)
  | {
      readonly kind: 'processRecords'
      readonly records: readonly WireRecord[]
      readonly millisBehindLatest: number | null
      /** Whether the shard is closed and these are its last records; false where the daemon does not say. */
      readonly atShardEnd: boolean
    }
  | { readonly kind: 'leaseLost' }
  | { readonly kind: 'shardEnded' }
  | { readonly kind: 'shutdownRequested' }
  | {
      readonly kind: 'checkpointAnswered'
      readonly sequenceNumber: string | null
      readonly subSequenceNumber: number | null
      /** The simple name of a Java exception, or null: the checkpoint is in the lease table. */
      readonly error: string | null
    }
  | { readonly kind: 'leaseLosing' }

/** What Node says. A checkpoint without a position means the greatest one delivered. */
export type NodeMessage =
  | { readonly kind: 'status'; readonly responseFor: Action }
  | { readonly kind: 'checkpoint'; readonly position: WirePosition | null }

/** What the data of a session's records is; docs/protocol.md says it under `hello`. */
export type RecordFormat = 'kinesis' | 'dynamodb-json' | 'dynamodb-binary'

/** The first frame of a session over frames. */
export interface Hello {
  readonly token: string
  readonly stream: string
  readonly shardId: string
  readonly leaseId: string
  readonly recordFormat: RecordFormat
  /** When the daemon opened the session, in epoch milliseconds: of two sessions of one shard the later has the newer lease, whichever is heard first. */
  readonly openedAt?: number
}
