/** A call into user code that has not settled. */
export interface RunningCall {
  /** The record that it handles, or the first of several; null where it handles none. */
  readonly sequenceNumber: string | null
  /** For how long it has run, in milliseconds. */
  readonly runsMs: number
}

/** A record that fails again and again, and past which nothing is checkpointed. */
export interface BlockedRecord {
  readonly sequenceNumber: string
  readonly subSequenceNumber: number
  /** Since when, in epoch milliseconds. */
  readonly since: number
  /** How often it was tried; where the dead-letter sink fails, how often that was. */
  readonly attempts: number
  /** The message of the last failure. */
  readonly error: string
}

/** What a processor has taken and is not done with: plain JSON. */
export interface HeldRecords {
  /** The call that has run longest, of those for records that do not block; null where none runs. */
  readonly longestCall: RunningCall | null
  /** How many records block. */
  readonly blockedRecords: number
  /** The first of them, the oldest first, at most 10. */
  readonly blocked: readonly BlockedRecord[]
}
