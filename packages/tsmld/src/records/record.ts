/**
 * Where a record stands in its shard. `sequenceNumber` is decimal digits (compare as bigint, never as a number);
 * `subSequenceNumber` counts the user records inside one KPL aggregate and is 0 elsewhere.
 */
export interface Position {
  readonly sequenceNumber: string
  readonly subSequenceNumber: number
}

/**
 * One user record of a Kinesis stream; KPL aggregates arrive taken apart. Its fields are decoded when they are read, from the bytes in which it came:
 * name those that you need, for `{ ...record }` copies none (`JSON.stringify` and `console.log` show them all).
 */
export interface KinesisRecord extends Position {
  /**
   * The record's bytes: a view into the chunk in which they came, never reused, so that keeping them (or the record) keeps that chunk (mostly 64 KiB; a record
   * that lay over two chunks has memory of its own) alive: copy with `Buffer.from(record.data)` what is kept for long.
   */
  readonly data: Buffer
  /** What the producer spread its records over the shards by; inside an aggregate, the user record's own. */
  readonly partitionKey: string | null
  /** The hash that the producer gave instead of the partition key's, in decimal; null where it gave none or the daemon does not say (stock). */
  readonly explicitHashKey: string | null
  /** When Kinesis took the record; null where the daemon does not say. */
  readonly approximateArrivalTimestamp: Date | null
  /** How Kinesis keeps the record; null where the daemon does not say (stock). */
  readonly encryptionType: 'NONE' | 'KMS' | null
  /** Whether it came out of a KPL aggregate. Null where the daemon does not say (stock). */
  readonly aggregated: boolean | null
}
