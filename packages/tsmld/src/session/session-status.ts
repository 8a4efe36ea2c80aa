import { type Clock, systemClock } from './clock.ts'
import type { BlockedRecord, HeldRecords, RunningCall } from './held-records.ts'
import type { RecordProcessor } from './record-processor.ts'
import type { HandledMessage, SessionState } from './session-events.ts'

/** One shard as `runtime.status()` tells of it: plain JSON. */
export interface SessionStatus {
  readonly shardId: string
  /** What the session is doing: `awaitingInitialize`, `idle`, `handling …`, `finishing …`, `closed`. */
  readonly state: string
  readonly lease: 'held' | 'lost'
  /** For how long the present action has been handled; null where none is. */
  readonly handlingMs: number | null
  /** The call into user code that has run longest, but for those whose records block; null where none runs. In a thread that gives no sign of life all of its shards have one, which has run since the last sign. */
  readonly longestCall: RunningCall | null
  /** How many records block the shard: each fails again and again. */
  readonly blockedRecords: number
  /** The first of them, the oldest first, at most 10. */
  readonly blocked: readonly BlockedRecord[]
  /** Records handed to the processor, over all sessions of this shard in this process. */
  readonly records: number
  /** Batches of them; empty ones do not count. */
  readonly batches: number
  /** Checkpoints saved. */
  readonly checkpoints: number
  /** The last sequence number handed to the processor. */
  readonly lastSequenceNumber: string | null
  /** The last one saved in this session. */
  readonly checkpointedSequenceNumber: string | null
  /** As the last batch said, in milliseconds; null before it, and where the daemon does not know. */
  readonly millisBehindLatest: number | null
}

/** What is counted over all sessions of a shard. */
export type SessionTotals = Pick<SessionStatus, 'records' | 'batches' | 'checkpoints'>

/** Counts what passes through a session. */
export class SessionFigures {
  readonly #clock: Clock
  #records = 0
  #batches = 0
  #checkpoints = 0
  #millisBehindLatest: number | null = null
  #handlingSince: number | null = null
  /** The present action's call into user code. */
  #call: { readonly sequenceNumber: string | null; readonly since: number } | null = null

  constructor(clock: Clock = systemClock) {
    this.#clock = clock
  }

  /** A checkpoint is in the lease table. */
  saved(): void {
    this.#checkpoints++
  }

  /** The processor gets a message: not every one that comes, for some break the protocol, or come after the lease is lost. */
  began(message: HandledMessage): void {
    this.#handlingSince = this.#clock.now()
    if (message.kind === 'initialize') this.#call = null
    else this.called(message.kind === 'processRecords' ? (message.records[0]?.sequenceNumber ?? null) : null)
    if (message.kind !== 'processRecords') return
    this.#millisBehindLatest = message.millisBehindLatest
    if (message.records.length > 0) this.#batches++
    this.#records += message.records.length
  }

  /** User code is called, with the records from this one on. Before it, an `initialize` only waits for its turn. */
  called(sequenceNumber: string | null): void {
    this.#call = { sequenceNumber, since: this.#clock.now() }
  }

  /** Goes on counting where an earlier session of the same shard was. */
  resume({ records, batches, checkpoints }: SessionTotals): void {
    this.#records += records
    this.#batches += batches
    this.#checkpoints += checkpoints
  }

  status(
    shardId: string | null,
    { phase, lease, delivered, saved }: SessionState,
    processor: Pick<RecordProcessor<never>, 'held'> | null,
  ): SessionStatus {
    const held = phase.name === 'closed' ? undefined : heldBy(processor)
    const isHandling = phase.name === 'handling'
    return {
      shardId: shardId ?? '',
      state: 'action' in phase ? `${phase.name} ${phase.action}` : phase.name,
      lease,
      handlingMs: isHandling && this.#handlingSince !== null ? this.#clock.now() - this.#handlingSince : null,
      longestCall: held === undefined ? this.#longestCall(isHandling) : held.longestCall,
      blockedRecords: held?.blockedRecords ?? 0,
      blocked: held?.blocked ?? [],
      records: this.#records,
      batches: this.#batches,
      checkpoints: this.#checkpoints,
      lastSequenceNumber: delivered?.sequenceNumber ?? null,
      checkpointedSequenceNumber: saved?.sequenceNumber ?? null,
      millisBehindLatest: this.#millisBehindLatest,
    }
  }

  #longestCall(isHandling: boolean): RunningCall | null {
    if (!isHandling || this.#call === null) return null
    const { sequenceNumber, since } = this.#call
    return { sequenceNumber, runsMs: this.#clock.now() - since }
  }
}

/** One that throws, or says something else, has said nothing: what it says cannot matter more than what it does. */
function heldBy(processor: Pick<RecordProcessor<never>, 'held'> | null): HeldRecords | undefined {
  try {
    const held = processor?.held?.()
    return held === undefined ? undefined : plainHeld(held)
  } catch {
    return undefined
  }
}

/** Nothing but what it must be, for a status is plain JSON and crosses threads. @throws TypeError where it has something else. */
const plainHeld = ({ longestCall, blockedRecords, blocked }: HeldRecords): HeldRecords => ({
  longestCall: longestCall === null ? null : { sequenceNumber: longestCall.sequenceNumber, runsMs: longestCall.runsMs },
  blockedRecords,
  blocked: blocked.map(({ sequenceNumber, subSequenceNumber, since, attempts, error }) => {
    return { sequenceNumber, subSequenceNumber, since, attempts, error }
  }),
})
