// One shard under `batchProcessor`. Its flusher is called by one thing at a time; what comes next is decided in this order:
//
//   a flush that is due (the flusher or a limit is full, the interval has passed, the shard is left) | flush
//   the interval of heartbeats has passed                                                            | heartbeat
//   a record of the KCL's batch                                                                      | add
//
// What throws stays due, and is tried again after a delay. A batch's promise settles when the flusher has all its records; the next one waits for a flush that goes on.
import { asError, RecordProcessorError } from '../errors.ts'
import type { Position } from '../records/record.ts'
import { recordBytes, recordDelayMs } from '../records/record-measures.ts'
import { type Clock, clockOf } from '../session/clock.ts'
import type { HeldRecords } from '../session/held-records.ts'
import type { Batch, Checkpointer, RecordProcessor, Shard } from '../session/record-processor.ts'
import { CheckpointPace } from './checkpoint-pace.ts'
import { FlushTokens } from './flush-tokens.ts'
import type { Flusher, FlushKind, FlushToken } from './flusher.ts'
import { FlusherFailures } from './flusher-failures.ts'
import { misuse } from './misused.ts'
import type { FailurePolicy } from './processor-options.ts'
import { leftToNext, ShardLife } from './shard-life.ts'

/** What `batchProcessor` was told, with defaults filled in. */
export interface FlushPolicy<R> extends Pick<FailurePolicy<R>, 'retry' | 'checkpointIntervalMs' | 'onEvent'> {
  readonly maxRecords: number
  readonly maxBytes: number
  readonly flushIntervalMs: number
  readonly heartbeatIntervalMs: number
  readonly subSequenceCheckpoints: boolean
  /** A session's checkpoints, with whoever wants to hear of them. */
  readonly announced: (checkpointer: Checkpointer, shard: Shard) => Checkpointer
}

/** The processor of one shard that `batchProcessor` makes. */
export class FlushRunner<R extends Position> implements RecordProcessor<R> {
  readonly emptyBatches = true
  readonly #shard: Shard
  readonly #clock: Clock
  readonly #policy: FlushPolicy<R>
  readonly #flusher: Flusher<R>
  readonly #life: ShardLife
  readonly #failures: FlusherFailures<R>
  readonly #pace: CheckpointPace
  readonly #held = new FlushTokens<R>()
  #batch: readonly R[] = []
  /** How many of the batch the flusher has taken or ignored. */
  #taken = 0
  /** What was added since the last flush. */
  #added = { records: 0, bytes: 0 }
  #due: FlushKind | null = null
  /** How far room was made for the record that is offered. */
  #room: FlushKind | null = null
  #isBeatDue = false
  #isBusy = false
  #isClosed = false
  /** The shard is left: nothing is flushed by time any more. */
  #isLast = false
  /** Records came while the process stopped, and were not taken. */
  #refused = false
  /** What blocks was left, or the session must end: the flusher is only closed. */
  #stuck = false
  #flushTimer: object | undefined
  #beatTimer: object | undefined

  constructor(shard: Shard, policy: FlushPolicy<R>, flusher: Flusher<R>) {
    this.#shard = shard
    this.#clock = clockOf(shard)
    this.#policy = policy
    this.#flusher = flusher
    this.#failures = new FlusherFailures(shard, policy)
    this.#life = new ShardLife(shard, () => {
      this.#phaseChanged()
    })
    const failed = this.#fail.bind(this)
    this.#pace = new CheckpointPace(this.#clock, policy.checkpointIntervalMs, () => this.#held.checkpoint, failed)
    this.#failures.enter(this.#life.phase)
    this.#pump()
  }

  processRecords({ records }: Batch<R>, checkpointer: Checkpointer): Promise<void> | undefined {
    this.#pace.use(this.#policy.announced(checkpointer, this.#shard))
    if (this.#life.phase === 'open') [this.#batch, this.#taken] = [records, 0]
    else if (records.length > 0) this.#refused = true
    this.#pump()
    return this.#life.until(() => (this.#life.phase === 'open' ? this.#taken === this.#batch.length : !this.#isBusy))
  }

  async shardEnded(checkpointer: Checkpointer): Promise<void> {
    this.#pace.use(this.#policy.announced(checkpointer, this.#shard))
    await this.#flushAll()
    if ((this.#refused || !this.#held.isEmpty) && this.#life.phase !== 'over') throw leftToNext(this.#shard)
  }

  async shutdownRequested(checkpointer: Checkpointer): Promise<void> {
    this.#pace.use(this.#policy.announced(checkpointer, this.#shard))
    this.#life.drain()
    await this.#flushAll()
    if (this.#life.phase !== 'over') this.#pace.save()
  }

  leaseLost(): Promise<void> {
    return this.settled()
  }

  settled(): Promise<void> {
    return this.#life.always(() => !this.#isBusy)
  }

  held(): HeldRecords {
    return this.#failures.held()
  }

  async #flushAll(): Promise<void> {
    this.#isLast = true
    this.#due = 'full'
    this.#stopTimers()
    this.#pump()
    await this.#life.until(() => !this.#isBusy)
  }

  #phaseChanged(): void {
    const { phase } = this.#life
    this.#failures.enter(phase)
    this.#stopTimers()
    if (phase === 'over') this.#pace.stop()
    if (this.#taken < this.#batch.length) this.#refused = true
    this.#pump()
  }

  #pump(): void {
    if (this.#isBusy) return
    try {
      const call = this.#next()
      if (call !== null) this.#begin(call)
    } catch (error) {
      this.#fail(error)
    }
    this.#life.check()
  }

  #begin(call: () => Promise<void>): void {
    this.#isBusy = true
    void call()
      .catch((error: unknown) => {
        this.#fail(error)
      })
      .then(() => {
        this.#isBusy = false
        this.#pump()
      })
  }

  /** Offers records as long as nothing must be waited for; gives what must. */
  #next(): (() => Promise<void>) | null {
    const isOpen = this.#life.phase === 'open'
    if (this.#life.phase === 'over') return this.#isClosed ? null : () => this.#close()
    if (this.#stuck) return null
    if (isOpen && this.#due === null) {
      if (this.#isBeatDue) return () => this.#heartbeat()
      const failure = this.#addAll()
      if (failure !== null) return failure
    }
    if (isOpen && !this.#isLast) this.#startTimers()
    const due = this.#due
    if (due !== null) return () => this.#flush(due)
    this.#pace.reachedEnd()
    return null
  }

  /** Adds records until a flush is due; this is what each record costs. Gives what to wait for where one could not be. */
  #addAll(): (() => Promise<void>) | null {
    const { maxRecords, maxBytes, subSequenceCheckpoints } = this.#policy
    const now = this.#clock.now()
    while (this.#due === null && this.#taken < this.#batch.length) {
      const record = this.#batch[this.#taken] as R
      // The KCL hands over all of an aggregate at once.
      const next = this.#batch[this.#taken + 1]
      const token = this.#held.offer(record, subSequenceCheckpoints || next?.sequenceNumber !== record.sequenceNumber)
      let result: unknown
      try {
        result = this.#flusher.add(record, token, recordDelayMs(record, now))
      } catch (error) {
        return async () => {
          await this.#failed('add()', error, record)
        }
      }
      this.#failures.succeeded()
      if (result === 'full') {
        this.#makeRoom()
        continue
      }
      if (result === 'added') {
        this.#held.added()
        this.#added.records++
        this.#added.bytes += recordBytes(record)
      } else if (result === 'ignored') this.#held.ignored()
      else throw this.#error(misuse('add()', result, "'added', 'ignored' or 'full'"))
      this.#taken++
      this.#room = null
      if (this.#added.records >= maxRecords || this.#added.bytes >= maxBytes) this.#due = 'partial'
    }
    if (this.#taken === this.#batch.length) [this.#batch, this.#taken] = [[], 0]
    return null
  }

  #makeRoom(): void {
    if (this.#room === 'full') throw this.#error("add() is 'full' right after flush('full'): it can take no record")
    this.#room = this.#room === null ? 'partial' : 'full'
    this.#due = this.#room
  }

  async #flush(kind: FlushKind): Promise<void> {
    let tokens: readonly FlushToken[]
    try {
      tokens = await this.#failures.watched(this.#held.oldest, () => this.#flusher.flush(kind))
    } catch (error) {
      if (!(await this.#failed(`flush('${kind}')`, error))) this.#stuck = true
      return
    }
    // A full one may have become due meanwhile.
    if (this.#due === kind) this.#due = null
    this.#flushed(`flush('${kind}')`, tokens, kind)
  }

  async #heartbeat(): Promise<void> {
    let tokens: readonly FlushToken[]
    try {
      tokens = (await this.#failures.watched(this.#held.oldest, () => this.#flusher.heartbeat?.())) ?? []
    } catch (error) {
      await this.#failed('heartbeat()', error)
      return
    }
    this.#isBeatDue = false
    this.#flushed('heartbeat()', tokens, null)
  }

  /** Records are done. @throws RecordProcessorError on what cannot be; then none of them is. */
  #flushed(by: string, tokens: readonly FlushToken[], kind: FlushKind | null): void {
    if (this.#life.phase === 'over') return
    this.#failures.succeeded()
    const problem = this.#held.problem(tokens)
    if (problem !== null) throw this.#error(`${by} ${problem}`)
    if (kind === 'full' && tokens.length < this.#held.size)
      throw this.#error(`${by} did not return the tokens of ${this.#held.size - tokens.length} records that were added`)
    this.#held.done(tokens)
    // A heartbeat is no flush of what is still held.
    if (kind !== null || this.#held.size === 0) {
      this.#added = { records: 0, bytes: 0 }
      this.#clock.clearTimeout(this.#flushTimer)
      this.#flushTimer = undefined
    }
    this.#pace.reachedEnd()
  }

  /** What a call that threw was for stays due; gives whether it is tried again. */
  #failed(call: string, error: unknown, record = this.#held.oldest ?? this.#batch[this.#taken]): Promise<boolean> {
    if (this.#life.phase !== 'over') this.#pace.progressed()
    return this.#failures.failed(call, error, record ?? null)
  }

  async #close(): Promise<void> {
    this.#isClosed = true
    try {
      await this.#flusher.close?.()
    } catch (error) {
      this.#shard.logger.error({ err: error }, `the flusher's close failed: ${asError(error).message}`)
    }
  }

  #startTimers(): void {
    if (this.#held.size > 0)
      this.#flushTimer ??= this.#clock.setTimeout(() => {
        this.#flushTimer = undefined
        this.#due ??= 'partial'
        this.#pump()
      }, this.#policy.flushIntervalMs)
    if (this.#flusher.heartbeat !== undefined)
      this.#beatTimer ??= this.#clock.setTimeout(() => {
        this.#beatTimer = undefined
        this.#isBeatDue = true
        this.#pump()
      }, this.#policy.heartbeatIntervalMs)
  }

  #stopTimers(): void {
    this.#clock.clearTimeout(this.#flushTimer)
    this.#clock.clearTimeout(this.#beatTimer)
  }

  /** The session must end, and nothing more is saved. */
  #fail(error: unknown): void {
    this.#stuck = true
    this.#stopTimers()
    this.#pace.stop()
    this.#life.fail(asError(error))
  }

  #error(what: string): RecordProcessorError {
    return new RecordProcessorError(`The flusher's ${what}.`, { shardId: this.#shard.shardId })
  }
}
