import { type Clock, systemClock } from './clock.ts'
import type { HandledMessage, SessionState } from './session-events.ts'

/** One shard as `runtime.status()` tells of it: plain JSON. */
export interface SessionStatus {
  readonly shardId: string
  /** What the session is doing: `awaitingInitialize`, `idle`, `handling …`, `finishing …`, `closed`. */
  readonly state: string
  readonly lease: 'held' | 'lost'
  /** For how long the present action has been handled; null where none is. */
  readonly handlingMs: number | null
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
    if (message.kind !== 'processRecords') return
    this.#millisBehindLatest = message.millisBehindLatest
    if (message.records.length > 0) this.#batches++
    this.#records += message.records.length
  }

  /** Goes on counting where an earlier session of the same shard was. */
  resume({ records, batches, checkpoints }: SessionTotals): void {
    this.#records += records
    this.#batches += batches
    this.#checkpoints += checkpoints
  }

  status(shardId: string | null, { phase, lease, delivered, saved }: SessionState): SessionStatus {
    return {
      shardId: shardId ?? '',
      state: 'action' in phase ? `${phase.name} ${phase.action}` : phase.name,
      lease,
      handlingMs:
        phase.name === 'handling' && this.#handlingSince !== null ? this.#clock.now() - this.#handlingSince : null,
      records: this.#records,
      batches: this.#batches,
      checkpoints: this.#checkpoints,
      lastSequenceNumber: delivered?.sequenceNumber ?? null,
      checkpointedSequenceNumber: saved?.sequenceNumber ?? null,
      millisBehindLatest: this.#millisBehindLatest,
    }
  }
}
