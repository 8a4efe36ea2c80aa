import { TimeoutError } from '../errors.ts'
import type { Logger } from '../observability/logger.ts'
import type { Position } from '../records/record.ts'
import { type Clock, clockOf } from '../session/clock.ts'
import type { Shard } from '../session/record-processor.ts'
import type { RunningCalls } from './running-calls.ts'

/** What a handler gets beside its records: the shard, and this attempt. */
export interface RecordContext extends Shard {
  /** Aborted when the lease is gone, and when the attempt has passed its `timeoutMs`. */
  readonly signal: AbortSignal
  /** 1 at first, 2 when it is tried again, and so on. */
  readonly attempt: number
}

/** Makes the contexts of one shard's attempts, and limits how long these may take. */
export class Attempts<R extends Position> {
  readonly #shard: Shard
  readonly #timeoutMs: number | null
  readonly #calls: RunningCalls<R>
  readonly #first: RecordContext
  readonly #running = new Set<LimitedAttempt>()

  /** @param calls is told of each attempt that goes on. */
  constructor(shard: Shard, timeoutMs: number | null, calls: RunningCalls<R>) {
    this.#shard = shard
    this.#timeoutMs = timeoutMs
    this.#calls = calls
    this.#first = { ...shard, attempt: 1 }
    shard.signal.addEventListener('abort', () => {
      for (const attempt of this.#running) attempt.cancel(shard.signal.reason as Error)
    })
  }

  /** What the handler gets; without a limit all first attempts share one. */
  context(attempt: number): RecordContext {
    if (this.#timeoutMs !== null) return new LimitedAttempt(this.#shard, attempt)
    return attempt === 1 ? this.#first : { ...this.#first, attempt }
  }

  /** The handler goes on with `record`, or with it and others: `late` is called when it has passed the limit, after its signal was aborted. */
  goesOn(context: RecordContext, record: R, late: (timeoutMs: number) => void): void {
    this.#calls.began(record)
    const timeoutMs = this.#timeoutMs
    if (timeoutMs === null || !(context instanceof LimitedAttempt)) return
    this.#running.add(context)
    context.limit(timeoutMs, () => {
      late(timeoutMs)
    })
  }

  /** It has settled. */
  settled(context: RecordContext, record: R): void {
    this.#calls.settled(record)
    if (context instanceof LimitedAttempt && this.#running.delete(context)) context.unlimit()
  }
}

/** One call of a handler under a time limit; its signal is made when it is asked for, also by `{ ...context }`, which copies only what is an object's own. */
class LimitedAttempt implements RecordContext {
  static readonly #signalProperty = {
    enumerable: true,
    get(this: LimitedAttempt): AbortSignal {
      return this.#madeSignal()
    },
  }
  declare readonly signal: AbortSignal
  readonly stream: string
  readonly applicationName: string
  readonly shardId: string
  readonly startingPosition: Position
  readonly stopping: AbortSignal
  readonly logger: Logger
  readonly attempt: number
  readonly #shardSignal: AbortSignal
  readonly #clock: Clock
  #abort: AbortController | undefined
  #reason: Error | undefined
  #timer: object | undefined

  constructor(shard: Shard, attempt: number) {
    this.stream = shard.stream
    this.applicationName = shard.applicationName
    this.shardId = shard.shardId
    this.startingPosition = shard.startingPosition
    this.stopping = shard.stopping
    this.logger = shard.logger
    this.attempt = attempt
    this.#shardSignal = shard.signal
    this.#clock = clockOf(shard)
    Object.defineProperty(this, 'signal', LimitedAttempt.#signalProperty)
  }

  #madeSignal(): AbortSignal {
    if (this.#abort === undefined) {
      this.#abort = new AbortController()
      const reason = this.#reason ?? (this.#shardSignal.aborted ? (this.#shardSignal.reason as Error) : undefined)
      if (reason !== undefined) this.#abort.abort(reason)
    }
    return this.#abort.signal
  }

  limit(timeoutMs: number, late: () => void): void {
    this.#timer = this.#clock.setTimeout(() => {
      this.cancel(new TimeoutError(`The handler has passed its limit of ${timeoutMs} ms.`, { shardId: this.shardId }))
      late()
    }, timeoutMs)
  }

  cancel(reason: Error): void {
    this.unlimit()
    this.#reason ??= reason
    this.#abort?.abort(reason)
  }

  unlimit(): void {
    this.#clock.clearTimeout(this.#timer)
  }
}
