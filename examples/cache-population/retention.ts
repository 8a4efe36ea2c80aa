/** How long a stream and its cache remember. */
export interface Retention {
  /** How long the stream keeps a record: what is older nobody can read again. */
  readonly retentionMs: number
  /** How long the fence of what was removed or has expired is kept: longer than the stream can replay. */
  readonly tombstoneMs: number
}

const hourMs = 3_600_000

/** The table's stream: DynamoDB keeps a change for 24 h, whatever is set. */
export const itemsRetention: Retention = { retentionMs: 24 * hourMs, tombstoneMs: 48 * hourMs }

/** The stream of counters, as deploy/cloudformation.yaml sets it. */
export const countersRetention: Retention = { retentionMs: 168 * hourMs, tombstoneMs: 192 * hourMs }

/** Whether the last 24th of the retention has begun: what came before a record of this age may be gone. */
export const hasFallenBehind = (ageMs: number, { retentionMs }: Retention): boolean => ageMs > (retentionMs * 23) / 24
