import type { Position } from '../records/record.ts'
import { jitteredBackoffMs } from '../session/backoff.ts'
import { type Clock, clockOf } from '../session/clock.ts'
import type { Shard } from '../session/record-processor.ts'
import type { InLane } from './key-lanes.ts'
import type { FailurePolicy } from './processor-options.ts'
import type { RecordEvents } from './record-events.ts'
import { retryDelayMs } from './retry.ts'
import type { LifePhase } from './shard-life.ts'
import { isThenable } from './thenable.ts'

/** A record that was begun, or waits for its key, and is not done. */
export class PendingRecord<R> implements InLane<PendingRecord<R>> {
  readonly record: R
  readonly ticket: number
  readonly key: string
  behind: PendingRecord<R> | null = null
  attempts = 0
  /** When it first failed. */
  failedAt: number | null = null
  blocks = false
  /** What the filter or the key function threw: it can never be handled. */
  broken: { readonly error: unknown } | null = null
  /** Why it goes to the dead-letter sink, and to nothing else any more. */
  poison: { readonly error: unknown } | null = null
  /** How often the sink was given it. */
  deliveries = 0

  constructor(record: R, ticket: number, key: string) {
    this.record = record
    this.ticket = ticket
    this.key = key
  }
}

/** Where records go that are no longer with {@link FailedRecords}. */
export interface FailedRecordsOwner<R> {
  /** It is to be handled again, or, where it is poison, to be delivered again, when a slot is free. */
  again(pending: PendingRecord<R>): void
  /** It was skipped, or the sink took it. */
  givenUp(pending: PendingRecord<R>): void
  /** Told after either, and whenever less is {@link FailedRecords.busy}. */
  changed(): void
}

/** What becomes of one shard's records that fail under `eachRecord`: a delay and another attempt, or, for poison, what the policy says. */
export class FailedRecords<R extends Position> {
  readonly #shard: Shard
  readonly #clock: Clock
  readonly #policy: FailurePolicy<R>
  readonly #events: RecordEvents<R>
  readonly #owner: FailedRecordsOwner<R>
  readonly #delays = new Map<PendingRecord<R>, object>()
  #phase: LifePhase = 'open'
  #waiting = 0
  #delivering = 0

  constructor(shard: Shard, policy: FailurePolicy<R>, events: RecordEvents<R>, owner: FailedRecordsOwner<R>) {
    this.#shard = shard
    this.#clock = clockOf(shard)
    this.#policy = policy
    this.#events = events
    this.#owner = owner
  }

  /** How many wait for another attempt, without blocking yet, or are with the dead-letter sink now. */
  get busy(): number {
    return this.#waiting + this.#delivering
  }

  /** An attempt has failed. */
  failed(pending: PendingRecord<R>, error: unknown): void {
    if (this.#phase === 'over') return
    const { record, attempts, blocks } = pending
    pending.failedAt ??= this.#clock.now()
    const elapsedMs = this.#clock.now() - pending.failedAt
    const delayMs =
      blocks || pending.broken !== null ? null : retryDelayMs({ error, attempts, elapsedMs }, this.#policy.retry)
    if (delayMs === null) {
      this.#poison(pending, error)
      return
    }
    this.#events.tell({ kind: 'recordFailed', record, error, attempts, retryMs: delayMs })
    this.#waiting++
    this.#delay(pending, delayMs, () => {
      this.#waiting--
      this.#owner.again(pending)
      this.#owner.changed()
    })
  }

  /** Gives a poison record to the dead-letter sink; until that takes it, it blocks. */
  deliver(pending: PendingRecord<R>): void {
    const { record, attempts, poison } = pending
    const { onPoison } = this.#policy
    if (typeof onPoison === 'string' || poison === null) return
    const { error } = poison
    const delivery = ++pending.deliveries
    const took = (): void => {
      this.#delivering--
      this.#events.calls.settled(record)
      if (this.#phase !== 'over') {
        this.#events.tell({ kind: 'recordDeadLettered', record, error, attempts })
        this.#owner.givenUp(pending)
      }
      this.#owner.changed()
    }
    const refused = (sinkError: unknown): void => {
      this.#delivering--
      this.#events.calls.settled(record)
      this.#block(pending, sinkError, delivery, 'deadLetterSink')
      this.#owner.changed()
    }
    this.#delivering++
    this.#events.calls.began(record)
    let result: unknown
    try {
      result = onPoison.deadLetter(record, { error, attempts, shard: this.#shard })
    } catch (sinkError) {
      refused(sinkError)
      return
    }
    if (isThenable(result)) void Promise.resolve(result).then(took, refused)
    else took()
  }

  /** What blocks is not tried again once the shard is being left, and nothing is once it is lost. */
  enter(phase: LifePhase): void {
    this.#phase = phase
    for (const [pending, timer] of this.#delays) {
      if (phase !== 'over' && !pending.blocks) continue
      this.#clock.clearTimeout(timer)
      this.#delays.delete(pending)
    }
    if (phase === 'over') this.#waiting = 0
  }

  #poison(pending: PendingRecord<R>, error: unknown): void {
    const { record, attempts } = pending
    const { onPoison } = this.#policy
    if (onPoison === 'block') {
      this.#block(pending, error, attempts, 'handler')
    } else if (onPoison === 'skip') {
      this.#events.tell({ kind: 'recordSkipped', record, error, attempts })
      this.#owner.givenUp(pending)
      this.#owner.changed()
    } else {
      pending.poison = { error }
      this.deliver(pending)
    }
  }

  #block(pending: PendingRecord<R>, error: unknown, attempts: number, by: 'handler' | 'deadLetterSink'): void {
    pending.blocks = true
    if (this.#phase === 'over') return
    this.#events.blocks(pending.record, error, attempts, by)
    if (this.#phase === 'open')
      this.#delay(pending, jitteredBackoffMs(attempts, this.#policy.retry.backoff), () => {
        this.#owner.again(pending)
        this.#owner.changed()
      })
  }

  #delay(pending: PendingRecord<R>, delayMs: number, then: () => void): void {
    const timer = this.#clock.setTimeout(() => {
      this.#delays.delete(pending)
      then()
    }, delayMs)
    this.#delays.set(pending, timer)
  }
}
