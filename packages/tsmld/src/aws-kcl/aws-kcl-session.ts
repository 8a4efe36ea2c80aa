import { deferred } from '../deferred.ts'
import { asError, CheckpointError, RecordProcessorError } from '../errors.ts'
import { isThenable } from '../processors/thenable.ts'
import type { KinesisRecord, Position } from '../records/record.ts'
import { type Clock, clockOf } from '../session/clock.ts'
import type { Batch, Checkpointer, RecordProcessor, Shard } from '../session/record-processor.ts'
import { toAwsKclRecord } from './aws-kcl-record.ts'
import type { AwsKclCallback, AwsKclCheckpointCallback, AwsKclCheckpointer, AwsKclProcessor } from './contract.ts'

type Method = 'initialize' | 'processRecords' | 'leaseLost' | 'shardEnded' | 'shutdownRequested' | 'shutdown'

/** How long after an async method its callback may come without a word. */
const callbackPatienceMs = 10_000

/** Runs a callback processor for one shard. Where aws-kcl's process would have died, the shard's session fails. */
export class AwsKclSession implements RecordProcessor<KinesisRecord> {
  /** What fails between two batches is heard of at the next call. */
  readonly emptyBatches = true
  readonly #shard: Shard
  readonly #clock: Clock
  readonly #processor: AwsKclProcessor
  readonly #givesEmptyBatches: boolean
  #checkpointer: AwsKclCheckpointer | null = null
  #lastDelivered: Position | null = null
  #isAtEnd = false
  #isEndAskedFor = false
  /** The first of whatever went wrong, in a call or between two. */
  #failure: Error | null = null
  #release: () => void = () => {}
  #isCalling = false

  constructor(shard: Shard, processor: AwsKclProcessor, givesEmptyBatches: boolean) {
    this.#shard = shard
    this.#clock = clockOf(shard)
    this.#processor = processor
    this.#givesEmptyBatches = givesEmptyBatches
  }

  initialize(): Promise<void> {
    return this.#call('initialize', { shardId: this.#shard.shardId, ...this.#shard.startingPosition })
  }

  async processRecords(
    { records, millisBehindLatest }: Batch<KinesisRecord>,
    checkpointer: Checkpointer,
  ): Promise<void> {
    this.#assertWell()
    if (records.length === 0 && !this.#givesEmptyBatches) return
    this.#lastDelivered = records.at(-1) ?? this.#lastDelivered
    await this.#call('processRecords', {
      records: records.map(toAwsKclRecord),
      millisBehindLatest,
      checkpointer: this.#adapted(checkpointer),
    })
  }

  async shardEnded(checkpointer: Checkpointer): Promise<void> {
    this.#isAtEnd = true
    const ended = { checkpointer: this.#adapted(checkpointer) }
    await (this.#isOlder ? this.#call('shutdown', { ...ended, reason: 'TERMINATE' }) : this.#call('shardEnded', ended))
    // tsmld checkpoints the end by itself, which must not go over the head of a processor that has kept it back, as one does whose last flush failed.
    if (this.#isEndAskedFor || this.#shard.signal.aborted) return
    throw new RecordProcessorError(
      "The processor has called back from the shard's end without checkpointing it, which says that not all was processed: call checkpointer.checkpoint() there.",
      { shardId: this.#shard.shardId },
    )
  }

  async shutdownRequested(checkpointer: Checkpointer): Promise<void> {
    this.#assertWell()
    if (typeof this.#processor.shutdownRequested !== 'function') return
    await this.#call('shutdownRequested', { checkpointer: this.#adapted(checkpointer) })
  }

  leaseLost(): Promise<void> {
    return this.#isOlder ? this.#call('shutdown', { reason: 'ZOMBIE' }) : this.#call('leaseLost', {})
  }

  get #isOlder(): boolean {
    return typeof this.#processor.shutdown === 'function'
  }

  /** Calls a method, and settles when its callback is called. @throws what has gone wrong since the last call, too. */
  async #call(method: Method, input: object): Promise<void> {
    this.#assertWell()
    const done = deferred<void>()
    let isDone = false
    let timer: object | undefined
    this.#release = () => {
      isDone = true
      this.#clock.clearTimeout(timer)
      done.resolve()
    }
    const returnedBefore = (): void => {
      if (!isDone) timer = this.#clock.setTimeout(() => this.#noteUncalled(method), callbackPatienceMs)
    }
    this.#isCalling = true
    try {
      const call = (this.#processor as Record<Method, (input: object, callback: AwsKclCallback) => unknown>)[method]
      const returned = call.apply(this.#processor, [input, this.#callbackOf(method)])
      // What an async method returns says nothing of its callback, which is what counts; only its failure does.
      if (isThenable(returned)) returned.then(returnedBefore, this.#fail)
    } catch (error) {
      this.#fail(error)
    }
    await done.promise
    this.#isCalling = false
    this.#assertWell()
  }

  #noteUncalled(method: Method): void {
    if (this.#shard.signal.aborted) return
    this.#shard.logger.warn(
      {},
      `the promise of ${method} resolved ${callbackPatienceMs / 1_000} s ago, and its callback was not called: the shard waits for that. Call it in an async method too`,
    )
  }

  #callbackOf(method: Method): AwsKclCallback {
    const release = this.#release
    let isCalled = false
    return error => {
      if (isCalled) this.#shard.logger.warn({}, `the processor has called the callback of ${method} more than once`)
      isCalled = true
      // Whatever is falsy is none, as Node's callbacks have it.
      if (error) this.#fail(error)
      else release()
    }
  }

  /** One for all calls, as in aws-kcl: processors keep it. */
  #adapted(checkpointer: Checkpointer): AwsKclCheckpointer {
    this.#checkpointer ??= {
      checkpoint: (at?: string | AwsKclCheckpointCallback | null, callback?: AwsKclCheckpointCallback) => {
        if (typeof at === 'function') this.#checkpoint(checkpointer, null, at)
        else this.#checkpoint(checkpointer, at ?? null, callback)
      },
    }
    return this.#checkpointer
  }

  #checkpoint(
    checkpointer: Checkpointer,
    sequenceNumber: string | null,
    callback: AwsKclCheckpointCallback | undefined,
  ): void {
    // Without a sub-sequence number the MultiLangDaemon saves the first of an aggregate.
    const at = sequenceNumber === null ? undefined : { sequenceNumber, subSequenceNumber: 0 }
    if (this.#isAtEnd && (at === undefined || this.#isLast(at))) this.#isEndAskedFor = true
    // After a failure the session only waits for its next call to end: what failed must not be saved meanwhile.
    const saved = this.#failure === null ? checkpointer.checkpoint(at) : Promise.reject(this.#failure)
    saved
      .then(
        () => null,
        (error: unknown) => {
          if (callback === undefined) throw error
          return reasonOf(error)
        },
      )
      .then(error => callback?.(error, sequenceNumber))
      .catch(this.#fail)
  }

  /** The KCL takes the very last position for the end, once the shard has ended. */
  #isLast(at: Position): boolean {
    const last = this.#lastDelivered
    return last?.sequenceNumber === at.sequenceNumber && last.subSequenceNumber === at.subSequenceNumber
  }

  readonly #fail = (error: unknown): void => {
    const failure = asError(error)
    this.#failure ??= failure
    if (this.#isCalling) this.#release()
    else
      this.#shard.logger.warn(
        { error: failure.message },
        'the processor has failed between two calls: its session fails at the next',
      )
  }

  #assertWell(): void {
    if (this.#failure !== null) throw this.#failure
  }
}

const reasonOf = (error: unknown): string => (error instanceof CheckpointError ? error.reason : asError(error).name)
