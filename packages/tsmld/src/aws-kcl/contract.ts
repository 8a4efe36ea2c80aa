// What npm's aws-kcl 2.3 hands to a record processor and takes from it, by its lib/kcl/kcl_process.js, kcl_manager.js and checkpointer.js, and by what the MultiLangDaemon writes.

/** One record as aws-kcl has it. */
export interface AwsKclRecord {
  readonly action: 'record'
  /** In base64, encoded when it is read. */
  data: string
  partitionKey: string | null
  sequenceNumber: string
  subSequenceNumber: number
  /** Milliseconds since 1970. */
  approximateArrivalTimestamp: number | null
}

/** Ends a call. An error, other than in aws-kcl, which does not look at it, fails the shard's session. */
export type AwsKclCallback = (error?: unknown) => void

/** `error` is null, or the simple name of a Java exception (`ShutdownException` when the lease is gone). `sequenceNumber` is what was asked for, null where nothing was. */
export type AwsKclCheckpointCallback = (error: string | null, sequenceNumber: string | null) => void

/** Saves how far a shard was processed. */
export interface AwsKclCheckpointer {
  /** Saves everything delivered so far; in `shardEnded`, the shard's end. */
  checkpoint(callback?: AwsKclCheckpointCallback): void
  /** Saves everything up to `sequenceNumber`; of a KPL aggregate, its first user record only. */
  checkpoint(sequenceNumber: string | null | undefined, callback?: AwsKclCheckpointCallback): void
}

/** What `initialize` gets: records after this position follow. */
export interface AwsKclInitializeInput {
  shardId: string
  sequenceNumber: string
  subSequenceNumber: number
}

/** What `processRecords` gets. */
export interface AwsKclProcessRecordsInput {
  records: AwsKclRecord[]
  millisBehindLatest: number | null
  checkpointer: AwsKclCheckpointer
}

/** What `shardEnded` and `shutdownRequested` get. */
export interface AwsKclEndInput {
  checkpointer: AwsKclCheckpointer
}

/** What `shutdown` gets: `TERMINATE` when the shard has ended, which must be checkpointed, `ZOMBIE` when the lease is lost, without a checkpointer. */
export interface AwsKclShutdownInput {
  reason: 'TERMINATE' | 'ZOMBIE'
  checkpointer?: AwsKclCheckpointer
}

interface AwsKclProcessorBase {
  initialize(input: AwsKclInitializeInput, callback: AwsKclCallback): unknown
  processRecords(input: AwsKclProcessRecordsInput, callback: AwsKclCallback): unknown
  shutdownRequested?(input: AwsKclEndInput, callback: AwsKclCallback): unknown
}

/** A record processor as aws-kcl takes it: with `leaseLost` and `shardEnded`, or with the older `shutdown`, which goes first where it has both. */
export type AwsKclProcessor = AwsKclProcessorBase &
  (
    | {
        leaseLost(input: object, callback: AwsKclCallback): unknown
        shardEnded(input: AwsKclEndInput, callback: AwsKclCallback): unknown
        shutdown?: never
      }
    | { shutdown(input: AwsKclShutdownInput, callback: AwsKclCallback): unknown }
  )
