import type { Identity } from './workload.ts'

/** What came through one session of one shard, and what is left of the promise. */
export interface Verdict {
  readonly produced: number
  /** Different produced records that came. */
  readonly processed: number
  readonly lost: number
  /** Deliveries beyond the first. */
  readonly duplicates: number
  /** Deliveries that came before an older one of the same session, or a first delivery that came before an older one of its key. */
  readonly outOfOrder: number
  /** Records that nobody produced. */
  readonly unexpected: number
  readonly shards: number
}

/** One row of the table a shard. */
export interface ShardRow {
  readonly shardId: string
  readonly records: number
  readonly checkpoints: number
  readonly millisBehindLatest: number | null
  readonly sessions: number
  readonly ended: boolean
}

/** Where a record stands in its shard. */
export interface Position {
  readonly sequenceNumber: string
  readonly subSequenceNumber: number
}

interface Session {
  readonly row: { -readonly [Field in keyof ShardRow]: ShardRow[Field] }
  last: Position | undefined
}

/** Keeps account of one stream: what was produced, and what came, by shard and session. */
export class Ledger {
  readonly #produced = new Map<string, Set<number>>()
  readonly #seen = new Map<string, Set<number>>()
  /** The greatest `n` of each key that came. */
  readonly #newest = new Map<string, number>()
  readonly #rows = new Map<string, Session['row']>()
  #producedCount = 0
  #processed = 0
  #duplicates = 0
  #outOfOrder = 0
  #unexpected = 0

  /** Notes that a record was put, or is about to be. */
  produced({ key, n }: Identity): void {
    entry(this.#produced, key).add(n)
    this.#producedCount++
  }

  /** Opens the account of a new session of a shard. */
  session(shardId: string): Session {
    const row = this.#rows.get(shardId) ?? {
      shardId,
      records: 0,
      checkpoints: 0,
      millisBehindLatest: null,
      sessions: 0,
      ended: false,
    }
    this.#rows.set(shardId, row)
    row.sessions++
    return { row, last: undefined }
  }

  /** Notes a delivery. */
  delivered(session: Session, position: Position, { key, n }: Identity): void {
    session.row.records++
    const inOrder = session.last === undefined || isAfter(position, session.last)
    session.last = position
    if (this.#produced.get(key)?.has(n) !== true) {
      this.#unexpected++
      return
    }
    const seen = entry(this.#seen, key)
    const newest = this.#newest.get(key) ?? -1
    const first = !seen.has(n)
    if (!inOrder || (first && n < newest)) this.#outOfOrder++
    if (!first) {
      this.#duplicates++
      return
    }
    seen.add(n)
    this.#processed++
    this.#newest.set(key, Math.max(n, newest))
  }

  /** How many different produced records came. */
  get processed(): number {
    return this.#processed
  }

  /** How many records were produced. */
  get producedSoFar(): number {
    return this.#producedCount
  }

  /** A row a shard, by shard id. */
  rows(): readonly ShardRow[] {
    return [...this.#rows.values()].sort((a, b) => (a.shardId < b.shardId ? -1 : 1))
  }

  /** The verdict as of now. */
  verdict(): Verdict {
    return {
      produced: this.#producedCount,
      processed: this.#processed,
      lost: this.#producedCount - this.#processed,
      duplicates: this.#duplicates,
      outOfOrder: this.#outOfOrder,
      unexpected: this.#unexpected,
      shards: this.#rows.size,
    }
  }
}

/** Whether the promise was kept: nothing lost, nothing invented, order held. Duplicates are allowed. */
export function isKept(verdict: Verdict): boolean {
  return verdict.lost === 0 && verdict.unexpected === 0 && verdict.outOfOrder === 0
}

function isAfter(a: Position, b: Position): boolean {
  const [left, right] = [BigInt(a.sequenceNumber), BigInt(b.sequenceNumber)]
  return left > right || (left === right && a.subSequenceNumber > b.subSequenceNumber)
}

function entry(map: Map<string, Set<number>>, key: string): Set<number> {
  const found = map.get(key) ?? new Set()
  map.set(key, found)
  return found
}
