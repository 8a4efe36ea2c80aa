// One shard's records under `eachRecord`: which of them begin, wait, are tried again or block, and when the KCL may hand over more.
//
//   a record is | takes a slot | goes on
//   ------------|--------------|------------------------------------------------------------------------------------------------------
//   not begun   | no           | begins when a slot is free, none of its key is under way, and fewer than `concurrency` records block
//   in its lane | no           | ready when the one before it of its key is done
//   ready       | no           | runs when a slot is free
//   running     | yes          | done; or failed: it waits, or is poison: skipped (done), given to the sink (running), or blocked
//   waiting     | yes          | ready when its delay is over
//   blocked     | no           | ready when its delay is over; until it is done it holds back its key and the checkpoint
//
// A batch's promise settles, and the KCL hands over the next, once each of its records has begun or stands in a lane and fewer than `concurrency` are not done: so no slot runs empty
// behind a slow record, and no more is in memory than that and one batch.
import { asError } from '../errors.ts'
import type { Position } from '../records/record.ts'
import { clockOf } from '../session/clock.ts'
import type { HeldRecords } from '../session/held-records.ts'
import type { Batch, Checkpointer, RecordProcessor, Shard } from '../session/record-processor.ts'
import { Attempts, type RecordContext } from './attempt.ts'
import { CheckpointPace } from './checkpoint-pace.ts'
import { CheckpointWindow } from './checkpoint-window.ts'
import { FailedRecords, PendingRecord } from './failed-records.ts'
import { KeyLanes } from './key-lanes.ts'
import { RecordEvents } from './record-events.ts'
import { asLane, asWanted, type RecordPolicy } from './record-policy.ts'
import { leftToNext, ShardLife } from './shard-life.ts'
import { isThenable } from './thenable.ts'

/** The processor of one shard that `eachRecord` makes. */
export class RecordRunner<R extends Position> implements RecordProcessor<R> {
  readonly emptyBatches = true
  readonly #shard: Shard
  readonly #policy: RecordPolicy<R>
  readonly #life: ShardLife
  readonly #attempts: Attempts<R>
  readonly #events: RecordEvents<R>
  readonly #failed: FailedRecords<R>
  readonly #pace: CheckpointPace
  readonly #window = new CheckpointWindow<R>()
  readonly #lanes = new KeyLanes<PendingRecord<R>>()
  /** One at a time is the shard's order, which needs no lanes. */
  readonly #hasLanes: boolean
  #batch: readonly R[] = []
  /** How many of the batch were begun or stand in lanes. */
  #begun = 0
  /** Records were not begun because the process stops: no checkpoint may pass them, and no end of the shard. */
  #left = false
  /** The promise of a batch is still out. */
  #acting = false
  #ready: PendingRecord<R>[] = []
  #running = 0
  #pumping = false

  constructor(shard: Shard, policy: RecordPolicy<R>) {
    this.#shard = shard
    this.#policy = policy
    this.#hasLanes = policy.concurrency > 1
    this.#events = new RecordEvents(shard, policy.onEvent)
    this.#attempts = new Attempts(shard, policy.timeoutMs, this.#events.calls)
    this.#failed = new FailedRecords(shard, policy, this.#events, {
      again: pending => void this.#ready.push(pending),
      givenUp: pending => {
        this.#done(pending)
      },
      changed: () => {
        this.#pump()
      },
    })
    this.#life = new ShardLife(shard, () => {
      this.#phaseChanged()
    })
    this.#failed.enter(this.#life.phase)
    const position = () => this.#window.checkpoint
    this.#pace = new CheckpointPace(clockOf(shard), policy.checkpointIntervalMs, position, error => {
      this.#life.fail(asError(error))
    })
  }

  processRecords({ records }: Batch<R>, checkpointer: Checkpointer): Promise<void> | undefined {
    this.#pace.use(checkpointer)
    if (this.#life.phase === 'open') {
      this.#batch = records
      this.#begun = 0
    } else if (records.length > 0) this.#left = true
    this.#acting = true
    this.#pump()
    return this.#life.until(this.#hasRoom)
  }

  async shardEnded(): Promise<void> {
    await this.#life.until(() => this.#isDone || (this.#life.phase !== 'open' && this.#isStill))
    if (this.#isDone || this.#life.phase === 'over') return
    throw leftToNext(this.#shard)
  }

  async shutdownRequested(checkpointer: Checkpointer): Promise<void> {
    this.#pace.use(checkpointer)
    this.#life.drain()
    await this.#life.until(() => this.#isStill)
    if (this.#life.phase !== 'over') this.#pace.save()
  }

  leaseLost(): Promise<void> {
    return this.settled()
  }

  settled(): Promise<void> {
    return this.#life.always(() => this.#isStill)
  }

  held(): HeldRecords {
    return this.#events.held()
  }

  get #isDone(): boolean {
    return !this.#left && this.#begun === this.#batch.length && this.#window.undone === 0
  }

  /** Nothing is under way that ends by itself. */
  get #isStill(): boolean {
    return this.#running === 0 && this.#failed.busy === 0
  }

  readonly #hasRoom = (): boolean => {
    if (this.#life.phase !== 'open') return this.#isStill
    const { undone, span } = this.#window
    return this.#begun === this.#batch.length && undone < this.#policy.concurrency && span < this.#policy.maxAhead
  }

  #phaseChanged(): void {
    const { phase } = this.#life
    this.#failed.enter(phase)
    this.#events.stop()
    if (phase === 'over') {
      this.#ready = []
      this.#pace.stop()
    }
    this.#pump()
  }

  /** Begins all that may; every change ends here. */
  #pump(): void {
    if (this.#pumping) return
    this.#pumping = true
    try {
      while (this.#isSlotFree) {
        const pending = this.#ready.shift()
        if (pending !== undefined) this.#runReady(pending)
        else if (!this.#beginMore()) break
      }
      this.#rest()
    } catch (error) {
      this.#life.fail(asError(error))
    } finally {
      this.#pumping = false
    }
  }

  get #isSlotFree(): boolean {
    return this.#running + this.#failed.busy < this.#policy.concurrency && !this.#life.hasFailed
  }

  /** Everything is under way that may be. */
  #rest(): void {
    const isThrough = this.#acting && this.#hasRoom()
    if (isThrough) this.#acting = false
    if (this.#life.phase !== 'over') {
      if (isThrough || this.#isDone) this.#pace.reachedEnd()
      else this.#pace.progressed()
    }
    if (this.#isDone) {
      // What is done is not kept in memory until more comes.
      this.#batch = []
      this.#begun = 0
    }
    this.#life.check()
  }

  /** Begins records of the batch until no slot is free or another is ready: this is what each record costs. Gives whether one is ready. */
  #beginMore(): boolean {
    const { filter } = this.#policy
    while (this.#begun < this.#batch.length && this.#isSlotFree && this.#ready.length === 0) {
      const { phase } = this.#life
      if (phase === 'stopping' || phase === 'over') this.#left = true
      if (this.#left || this.#events.blocked >= this.#policy.concurrency) return false
      const record = this.#batch[this.#begun++] as R
      const ticket = this.#window.add(record)
      let isWanted: unknown = true
      let returnedKey: unknown = ''
      try {
        if (filter !== undefined) isWanted = filter(record)
        if (this.#hasLanes && isWanted === true) returnedKey = this.#policy.key(record)
      } catch (error) {
        // Of no known key, it has a lane of its own.
        const pending = this.#enter(record, ticket, `\0${ticket}`)
        pending.broken = { error }
        this.#attemptFailed(pending, error)
        continue
      }
      if (!asWanted(isWanted)) {
        this.#window.done(ticket)
        continue
      }
      const key = asLane(returnedKey)
      if (this.#hasLanes && this.#lanes.isBusy(key)) this.#lanes.enter(key, new PendingRecord(record, ticket, key))
      else this.#begin(record, ticket, key)
    }
    return this.#ready.length > 0
  }

  #begin(record: R, ticket: number, key: string): void {
    const context = this.#attempts.context(1)
    let result: unknown
    try {
      result = this.#policy.handler(record, context)
    } catch (error) {
      this.#attemptFailed(this.#enter(record, ticket, key), error)
      return
    }
    if (isThenable(result)) this.#follow(this.#enter(record, ticket, key), result, context)
    else this.#window.done(ticket)
  }

  /** A record takes a slot, and its lane. */
  #enter(record: R, ticket: number, key: string): PendingRecord<R> {
    const pending = new PendingRecord(record, ticket, key)
    if (this.#hasLanes) this.#lanes.enter(key, pending)
    pending.attempts = 1
    this.#running++
    return pending
  }

  #runReady(pending: PendingRecord<R>): void {
    if (pending.attempts === 0 && this.#life.phase === 'stopping') {
      this.#left = true
      return
    }
    if (pending.poison !== null) {
      this.#failed.deliver(pending)
      return
    }
    this.#running++
    pending.attempts++
    const context = this.#attempts.context(pending.attempts)
    let result: unknown
    try {
      if (pending.broken !== null) throw pending.broken.error
      result = this.#policy.handler(pending.record, context)
    } catch (error) {
      this.#attemptFailed(pending, error)
      return
    }
    if (isThenable(result)) {
      this.#follow(pending, result, context)
      return
    }
    this.#running--
    this.#done(pending)
  }

  #follow(pending: PendingRecord<R>, result: PromiseLike<unknown>, context: RecordContext): void {
    this.#attempts.goesOn(context, pending.record, timeoutMs => {
      this.#events.tell({ kind: 'recordTimedOut', record: pending.record, attempts: pending.attempts, timeoutMs })
    })
    Promise.resolve(result).then(
      () => {
        this.#attempts.settled(context, pending.record)
        this.#running--
        if (this.#life.phase !== 'over') this.#done(pending)
        this.#pump()
      },
      (error: unknown) => {
        this.#attempts.settled(context, pending.record)
        this.#attemptFailed(pending, error)
        this.#pump()
      },
    )
  }

  #attemptFailed(pending: PendingRecord<R>, error: unknown): void {
    this.#running--
    try {
      this.#failed.failed(pending, error)
    } catch (misuse) {
      this.#life.fail(asError(misuse))
    }
  }

  #done(pending: PendingRecord<R>): void {
    this.#window.done(pending.ticket)
    this.#events.done(pending.record, pending.attempts)
    const next = this.#hasLanes ? this.#lanes.leave(pending.key, pending) : null
    if (next !== null) this.#ready.push(next)
  }
}
