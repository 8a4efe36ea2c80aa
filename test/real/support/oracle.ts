import assert from 'node:assert/strict'

/** A record by what it carries: the `n`-th of its key. */
export interface Identity {
  readonly key: string
  readonly n: number
}

/** Where a record stands in its shard. */
export interface Place {
  readonly sequenceNumber: string
  readonly subSequenceNumber: number
}

/** What a sink notes, in the order in which it happened; `session` is one holding of one shard's lease. */
export type SinkLine = { readonly application: string; readonly session: string; readonly shardId: string } & (
  | ({ readonly type: 'begun' } & Place)
  | ({ readonly type: 'delivered' } & Place & Identity)
  | ({ readonly type: 'checkpointed' } & Place)
  | { readonly type: 'over'; readonly how: 'shardEnded' | 'leaseLost' | 'shutdownRequested' }
)

/** What is left of the promise "at least once, in order, nothing lost, nothing invented, replays from the checkpoint". */
export interface Verdict {
  readonly lost: readonly string[]
  readonly unexpected: readonly string[]
  /** Deliveries before an older one of their session, and first deliveries before an older one of their key. */
  readonly outOfOrder: readonly string[]
  /** Deliveries of what was checkpointed before their session began. */
  readonly replayedTooEarly: readonly string[]
  /** Deliveries beyond the first: allowed after a failure. */
  readonly duplicates: readonly string[]
}

/** Compares what was produced with what the sinks of one application noted. */
export function judge(produced: readonly Identity[], lines: readonly SinkLine[]): Verdict {
  const expected = new Set(produced.map(name))
  const seen = new Set<string>()
  const unexpected: string[] = []
  const outOfOrder: string[] = []
  const replayedTooEarly: string[] = []
  const duplicates: string[] = []
  const newestOfKey = new Map<string, number>()
  const lastOfSession = new Map<string, Place>()
  const checkpoints = new Map<string, Place>()
  const floors = new Map<string, Place | undefined>()
  for (const line of lines) {
    if (line.type === 'begun') floors.set(line.session, checkpoints.get(line.shardId))
    if (line.type === 'checkpointed') checkpoints.set(line.shardId, line)
    if (line.type !== 'delivered') continue
    const { session } = line
    const record = name(line)
    const last = lastOfSession.get(session)
    lastOfSession.set(session, line)
    if (last !== undefined && !isAfter(line, last)) outOfOrder.push(`${record} in ${session}`)
    const floor = floors.get(session)
    if (floor !== undefined && !isAfter(line, floor)) replayedTooEarly.push(`${record} in ${session}`)
    if (!expected.has(record)) unexpected.push(record)
    if (seen.has(record)) {
      duplicates.push(record)
      continue
    }
    seen.add(record)
    const newest = newestOfKey.get(line.key)
    if (newest !== undefined && line.n < newest) outOfOrder.push(`${record} after ${line.key}#${newest}`)
    else newestOfKey.set(line.key, line.n)
  }
  return {
    lost: [...expected].filter(record => !seen.has(record)),
    unexpected,
    outOfOrder,
    replayedTooEarly,
    duplicates,
  }
}

/** Asserts the promise, and resolves with the number of duplicates, which are no fault. */
export function assertKept(produced: readonly Identity[], lines: readonly SinkLine[]): number {
  const { duplicates, ...faults } = judge(produced, lines)
  assert.deepEqual(faults, { lost: [], unexpected: [], outOfOrder: [], replayedTooEarly: [] })
  return duplicates.length
}

/** Asserts the promise, and that nothing came twice. */
export function assertExactlyOnce(produced: readonly Identity[], lines: readonly SinkLine[]): void {
  assertKept(produced, lines)
  assert.deepEqual(judge(produced, lines).duplicates, [])
}

/** Whether all that was produced has come. */
export function allCame(produced: readonly Identity[], lines: readonly SinkLine[]): boolean {
  return judge(produced, lines).lost.length === 0
}

const name = ({ key, n }: Identity): string => `${key}#${n}`

function isAfter(a: Place, b: Place): boolean {
  const [left, right] = [BigInt(a.sequenceNumber), BigInt(b.sequenceNumber)]
  return left > right || (left === right && a.subSequenceNumber > b.subSequenceNumber)
}
