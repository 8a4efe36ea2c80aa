import { asError } from '../errors.ts'
import type { Position } from '../records/record.ts'
import { recordBytes } from '../records/record-measures.ts'
import { jitteredBackoffMs } from '../session/backoff.ts'
import { type Clock, clockOf } from '../session/clock.ts'
import type { HeldRecords } from '../session/held-records.ts'
import type { Batch, Checkpointer, RecordProcessor, Shard } from '../session/record-processor.ts'
import { Attempts, type RecordContext } from './attempt.ts'
import { BatchAccumulator, type BatchItem, type BatchLimits } from './batch-accumulator.ts'
import { type AfterAttempt, afterReturn, afterThrow, type BatchPart, untried } from './batch-outcome.ts'
import { CheckpointPace } from './checkpoint-pace.ts'
import { CheckpointWindow } from './checkpoint-window.ts'
import { Pause } from './pause.ts'
import type { FailurePolicy } from './processor-options.ts'
import { RecordEvents } from './record-events.ts'
import { leftToNext, ShardLife } from './shard-life.ts'

/** What `eachBatch` was told, with defaults filled in. */
export interface BatchPolicy<R> extends FailurePolicy<R>, BatchLimits {
  readonly handler: (records: readonly R[], context: RecordContext) => unknown
  readonly maxWaitMs: number
}

/**
 * The processor of one shard that `eachBatch` makes. One batch at a time is with the handler, with whatever becomes of its records, while the next one gathers; the KCL hands over more
 * until that one is full.
 */
export class BatchRunner<R extends Position> implements RecordProcessor<R> {
  readonly emptyBatches = true
  readonly #shard: Shard
  readonly #clock: Clock
  readonly #policy: BatchPolicy<R>
  readonly #life: ShardLife
  readonly #attempts: Attempts<R>
  readonly #events: RecordEvents<R>
  readonly #pace: CheckpointPace
  readonly #pause: Pause
  readonly #window = new CheckpointWindow<R>()
  readonly #gathered: BatchAccumulator<R>
  #isHandling = false
  /** The oldest gathered record has waited long enough. */
  #isDue = false
  /** Everything gathered is to be handled, however little. */
  #isLast = false
  #timer: object | undefined
  /** Records came while the process stopped, and were not taken. */
  #refused = false
  /** The shard is left with records that block, or its session must end. */
  #stuck = false

  constructor(shard: Shard, policy: BatchPolicy<R>) {
    this.#shard = shard
    this.#clock = clockOf(shard)
    this.#pause = new Pause(this.#clock)
    this.#policy = policy
    this.#gathered = new BatchAccumulator(policy)
    this.#events = new RecordEvents(shard, policy.onEvent)
    this.#attempts = new Attempts(shard, policy.timeoutMs, this.#events.calls)
    this.#life = new ShardLife(shard, () => {
      this.#phaseChanged()
    })
    const position = () => this.#window.checkpoint
    this.#pace = new CheckpointPace(this.#clock, policy.checkpointIntervalMs, position, error => {
      this.#life.fail(asError(error))
    })
  }

  processRecords({ records }: Batch<R>, checkpointer: Checkpointer): Promise<void> | undefined {
    this.#pace.use(checkpointer)
    if (this.#life.phase === 'open') {
      for (const record of records)
        this.#gathered.add({ record, ticket: this.#window.add(record), bytes: recordBytes(record) })
    } else if (records.length > 0) this.#refused = true
    this.#pump()
    return this.#life.until(() => (this.#life.phase === 'open' ? !this.#gathered.isFull : !this.#isHandling))
  }

  async shardEnded(): Promise<void> {
    await this.#handleAll()
    if ((!this.#refused && this.#window.undone === 0) || this.#life.phase === 'over') return
    throw leftToNext(this.#shard)
  }

  async shutdownRequested(checkpointer: Checkpointer): Promise<void> {
    this.#pace.use(checkpointer)
    this.#life.drain()
    await this.#handleAll()
    if (this.#life.phase !== 'over') this.#pace.save()
  }

  leaseLost(): Promise<void> {
    return this.settled()
  }

  settled(): Promise<void> {
    return this.#life.always(() => !this.#isHandling)
  }

  held(): HeldRecords {
    return this.#events.held()
  }

  async #handleAll(): Promise<void> {
    this.#isLast = true
    this.#pump()
    await this.#life.until(() => !this.#isHandling)
  }

  #phaseChanged(): void {
    const { phase } = this.#life
    this.#events.stop()
    this.#pause.end(phase === 'over')
    this.#clock.clearTimeout(this.#timer)
    if (phase === 'over') this.#pace.stop()
    this.#pump()
  }

  /** Begins a batch when there is one to begin. */
  #pump(): void {
    const { phase } = this.#life
    if (!this.#isHandling && this.#gathered.size > 0 && !this.#stuck && phase !== 'over') {
      if (this.#isLast || (phase === 'open' && (this.#isDue || this.#gathered.isFull))) this.#begin()
      else if (phase === 'open') this.#wait()
    }
    this.#life.check()
  }

  /** Lets the next batch gather, but not for longer than its oldest record may wait. */
  #wait(): void {
    this.#timer ??= this.#clock.setTimeout(() => {
      this.#timer = undefined
      this.#isDue = true
      this.#pump()
    }, this.#policy.maxWaitMs)
  }

  #begin(): void {
    this.#clock.clearTimeout(this.#timer)
    this.#timer = undefined
    this.#isDue = false
    this.#isHandling = true
    void this.#handle(this.#gathered.take())
      .catch((error: unknown) => {
        this.#stuck = true
        this.#life.fail(asError(error))
      })
      .then(() => {
        this.#isHandling = false
        if (this.#life.phase !== 'over') this.#pace.reachedEnd()
        this.#pump()
      })
  }

  async #handle(items: readonly BatchItem<R>[]): Promise<void> {
    const parts: BatchPart<R>[] = [untried(items)]
    let throwsInRow = 0
    for (let part = parts.pop(); part !== undefined; part = parts.pop()) {
      const after = await this.#attempt(part, throwsInRow + 1)
      if (this.#life.phase === 'over') return
      throwsInRow = after.threw ? throwsInRow + 1 : 0
      this.#done(after.done, part.attempts + 1)
      if (after.delayMs > 0) this.#tellOf(part, after)
      parts.push(...after.next.toReversed())
      if (after.poison !== null) {
        const outcome = await this.#poison(after.poison, after.error)
        if (outcome === 'left') return
        if (outcome === 'again') parts.push(after.poison)
      } else if (after.delayMs > 0 && !(await this.#pause.of(after.delayMs, 'retry'))) return
    }
  }

  async #attempt(part: BatchPart<R>, throwsInRow: number): Promise<AfterAttempt<R> & { readonly threw: boolean }> {
    const { handler, retry } = this.#policy
    const attempts = part.attempts + 1
    const { record } = part.items[0] as BatchItem<R>
    const context = this.#attempts.context(attempts)
    let result: unknown
    try {
      const returned = handler(
        part.items.map(({ record }) => record),
        context,
      )
      this.#attempts.goesOn(context, record, timeoutMs => {
        this.#events.tell({ kind: 'recordTimedOut', record, attempts, timeoutMs })
      })
      result = await returned
    } catch (error) {
      return { ...afterThrow(part, error, retry, this.#clock.now(), throwsInRow), threw: true }
    } finally {
      this.#attempts.settled(context, record)
    }
    // What it throws is no failure of these records.
    return { ...afterReturn(part, result, retry, this.#clock.now()), threw: false }
  }

  #tellOf(part: BatchPart<R>, { error, next, delayMs }: AfterAttempt<R>): void {
    const records = part.items.length
    if (next.length > 1)
      this.#shard.logger.warn(
        { err: error, records, retryMs: delayMs },
        `a batch failed and is halved, to find what fails: ${asError(error).message}`,
      )
    else
      for (const { items, attempts } of next)
        for (const { record } of items)
          this.#events.tell({ kind: 'recordFailed', record, error, attempts, retryMs: delayMs })
  }

  /** Does with poison records what the policy says; `again`: they are to be handled once more. */
  async #poison(part: BatchPart<R>, error: unknown): Promise<'done' | 'again' | 'left'> {
    const { onPoison } = this.#policy
    const { attempts, items } = part
    if (onPoison === 'block') {
      for (const { record } of items) this.#events.blocks(record, error, attempts, 'handler')
      return (await this.#blocked(attempts)) ? 'again' : 'left'
    }
    for (const item of items) {
      const { record } = item
      if (onPoison === 'skip') this.#events.tell({ kind: 'recordSkipped', record, error, attempts })
      else if (!(await this.#deadLetter(record, error, attempts, onPoison.deadLetter))) return 'left'
      this.#done([item], attempts)
    }
    return 'done'
  }

  /** Gives a record to the dead-letter sink until that took it, or the shard is left. */
  async #deadLetter(
    record: R,
    error: unknown,
    attempts: number,
    sink: (record: R, failure: { error: unknown; attempts: number; shard: Shard }) => unknown,
  ): Promise<boolean> {
    for (let delivery = 1; ; delivery++) {
      this.#events.calls.began(record)
      try {
        await sink(record, { error, attempts, shard: this.#shard })
        this.#events.calls.settled(record)
        if (this.#life.phase === 'over') return false
        this.#events.tell({ kind: 'recordDeadLettered', record, error, attempts })
        return true
      } catch (sinkError) {
        this.#events.calls.settled(record)
        if (this.#life.phase === 'over') return false
        this.#events.blocks(record, sinkError, delivery, 'deadLetterSink')
        if (!(await this.#blocked(delivery))) return false
      }
    }
  }

  /** Waits before what blocks is tried again; false when the shard is left instead. */
  async #blocked(attempts: number): Promise<boolean> {
    this.#pace.progressed()
    const { phase } = this.#life
    const goesOn =
      phase === 'open' && (await this.#pause.of(jitteredBackoffMs(attempts, this.#policy.retry.backoff), 'block'))
    if (!goesOn) this.#stuck = true
    return goesOn
  }

  #done(items: readonly BatchItem<R>[], attempts: number): void {
    for (const { record, ticket } of items) {
      this.#window.done(ticket)
      this.#events.done(record, attempts)
    }
  }
}
