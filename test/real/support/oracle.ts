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

/** A record as it came; `session` is one holding of one shard's lease. */
export interface Delivery extends Place, Identity {
  readonly application: string
  readonly session: string
  readonly shardId: string
}

/** Where and when something happened: `atUs` is a clock that all processes share, or the order in which one of them heard of it. */
interface OfShard {
  readonly atUs: number
  readonly application: string
  readonly shardId: string
}

/** What a run left. */
export interface Evidence {
  /** What was produced, by application. */
  readonly produced: ReadonlyMap<string, readonly Identity[]>
  /** What the sink took, in the order in which it took it. */
  readonly taken: readonly Delivery[]
  /** Where each session began. */
  readonly begun: readonly (OfShard & Place & { readonly session: string })[]
  /** Checkpoints, each at a time when it certainly was in the lease table. */
  readonly checkpoints: readonly (OfShard & Place)[]
  /** Whether a session's records are in order by key only, because several are handled at a time. */
  readonly byKeyOnly: boolean
}

/** What is left of the promise "at least once, in order, nothing lost, nothing invented, replays from the checkpoint". */
export interface Verdict {
  readonly lost: readonly string[]
  readonly unexpected: readonly string[]
  /** Deliveries before an older one of their session, and first deliveries before an older one of their key. */
  readonly outOfOrder: readonly string[]
  /** Deliveries of what lies before their session's start, or of a session of which no start is known; sessions that start before their shard's checkpoint and take records. */
  readonly replayedTooEarly: readonly string[]
  /** Keys whose last value in the sink is not the last that was produced. */
  readonly wrongAtEnd: readonly string[]
  /** Deliveries beyond the first: allowed after a failure. */
  readonly duplicates: readonly string[]
}

/** Compares what was produced with what came. */
export function judge(evidence: Evidence): Verdict {
  return {
    ...judgeRecords(evidence),
    outOfOrder: [...disorderInSessions(evidence), ...disorderOfKeys(evidence)],
    replayedTooEarly: [...earlySessions(evidence), ...earlyDeliveries(evidence)],
    wrongAtEnd: wrongAtEnd(evidence),
  }
}

/** A record's name in reports. */
export const nameOf = (application: string, { key, n }: Identity): string => `${application}: ${key}#${n}`

function judgeRecords({ produced, taken }: Evidence): Pick<Verdict, 'lost' | 'unexpected' | 'duplicates'> {
  const expected = new Set([...produced].flatMap(([application, all]) => all.map(each => nameOf(application, each))))
  const seen = new Set<string>()
  const duplicates: string[] = []
  for (const each of taken) {
    const name = nameOf(each.application, each)
    if (seen.has(name)) duplicates.push(name)
    seen.add(name)
  }
  return {
    lost: [...expected].filter(name => !seen.has(name)),
    unexpected: [...seen].filter(name => !expected.has(name)),
    duplicates,
  }
}

function disorderInSessions({ taken, byKeyOnly }: Evidence): string[] {
  const last = new Map<string, Place>()
  return taken
    .filter(each => {
      const line = byKeyOnly ? `${each.session}/${each.key}` : each.session
      const before = last.get(line)
      last.set(line, each)
      return before !== undefined && compare(each, before) <= 0
    })
    .map(each => `${nameOf(each.application, each)} in session ${each.session}`)
}

function disorderOfKeys({ taken }: Evidence): string[] {
  const newest = new Map<string, number>()
  const seen = new Set<string>()
  return taken
    .filter(each => {
      const name = nameOf(each.application, each)
      if (seen.has(name)) return false
      seen.add(name)
      const key = `${each.application}/${each.key}`
      const before = newest.get(key) ?? -1
      newest.set(key, Math.max(before, each.n))
      return each.n < before
    })
    .map(each => `${nameOf(each.application, each)} after a later one of its key`)
}

/** One that took nothing replayed nothing: a process that stood still may begin, and be told only then that its lease went. */
function earlySessions({ begun, checkpoints, taken }: Evidence): string[] {
  const tookAny = new Set(taken.map(each => each.session))
  return begun
    .filter(session =>
      checkpoints.some(
        seen =>
          tookAny.has(session.session) &&
          seen.application === session.application &&
          seen.shardId === session.shardId &&
          seen.atUs < session.atUs &&
          compare(session, seen) < 0,
      ),
    )
    .map(({ session, shardId, sequenceNumber }) => `session ${session} of ${shardId} began at ${sequenceNumber}`)
}

function earlyDeliveries({ begun, taken }: Evidence): string[] {
  const starts = new Map(begun.map(each => [each.session, each]))
  return taken
    .filter(each => {
      const start = starts.get(each.session)
      return start === undefined || compare(each, start) <= 0
    })
    .map(each => {
      const start = starts.has(each.session) ? 'before the start of' : 'in the unknown'
      return `${nameOf(each.application, each)} ${start} session ${each.session}`
    })
}

/** The sink keeps of each key the value with the greatest sequence number, as an idempotent sink does. */
function wrongAtEnd({ produced, taken }: Evidence): string[] {
  const state = new Map<string, Delivery>()
  for (const each of taken) {
    const key = `${each.application}/${each.key}`
    const now = state.get(key)
    if (now === undefined || compare(each, now) > 0) state.set(key, each)
  }
  return [...produced].flatMap(([application, all]) => {
    const last = new Map<string, number>()
    for (const { key, n } of all) last.set(key, Math.max(n, last.get(key) ?? n))
    return [...last]
      .filter(([key, n]) => state.get(`${application}/${key}`)?.n !== n)
      .map(
        ([key, n]) =>
          `${nameOf(application, { key, n })} is not what the sink has: ${state.get(`${application}/${key}`)?.n}`,
      )
  })
}

/** Sentinels: the beginning lies before every record, a shard's end after all. */
function compare(a: Place, b: Place): number {
  const [left, right] = [rankOf(a), rankOf(b)]
  return left === right ? a.subSequenceNumber - b.subSequenceNumber : left < right ? -1 : 1
}

function rankOf({ sequenceNumber }: Place): bigint {
  if (/^\d+$/.test(sequenceNumber)) return BigInt(sequenceNumber)
  return sequenceNumber === 'SHARD_END' ? 1n << 256n : -1n
}

/** What a sink of the real tests notes, in the order in which it happened. */
export type SinkLine = { readonly application: string; readonly session: string; readonly shardId: string } & (
  | ({ readonly type: 'begun' } & Place)
  | ({ readonly type: 'delivered' } & Place & Identity)
  | ({ readonly type: 'checkpointed' } & Place)
  | { readonly type: 'over'; readonly how: 'shardEnded' | 'leaseLost' | 'shutdownRequested' }
)

/** Compares what was produced for one application with what its sinks noted. */
export function judgeLines(produced: readonly Identity[], lines: readonly SinkLine[]): Verdict {
  const noted = lines.map((line, atUs) => ({ ...line, atUs }))
  return judge({
    produced: new Map([[lines[0]?.application ?? 'nobody', produced]]),
    taken: noted.filter(line => line.type === 'delivered'),
    begun: noted.filter(line => line.type === 'begun'),
    checkpoints: noted.filter(line => line.type === 'checkpointed'),
    byKeyOnly: false,
  })
}

/** Asserts the promise, and gives the number of duplicates, which are no fault. */
export function assertKept(produced: readonly Identity[], lines: readonly SinkLine[]): number {
  assert.ok(produced.length > 0, 'of nothing nothing is lost')
  const { duplicates, ...faults } = judgeLines(produced, lines)
  assert.deepEqual(faults, { lost: [], unexpected: [], outOfOrder: [], replayedTooEarly: [], wrongAtEnd: [] })
  return duplicates.length
}

/** Asserts the promise, and that nothing came twice. */
export function assertExactlyOnce(produced: readonly Identity[], lines: readonly SinkLine[]): void {
  assertKept(produced, lines)
  assert.deepEqual(judgeLines(produced, lines).duplicates, [])
}

/** Whether all that was produced has come. */
export function allCame(produced: readonly Identity[], lines: readonly SinkLine[]): boolean {
  return judgeLines(produced, lines).lost.length === 0
}
