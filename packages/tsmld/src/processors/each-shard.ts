import { asError, ConfigError, RecordProcessorError } from '../errors.ts'
import type { KinesisRecord, Position } from '../records/record.ts'
import type { Batch, Checkpointer, ProcessorFactory, RecordProcessor, Shard } from '../session/record-processor.ts'
import { type ShardBatch, ShardBatches } from './shard-batches.ts'

/**
 * What runs for one shard from its beginning on. The batches end when the shard does, when the worker stops or hands the lease over, and when the lease is lost
 * (`shard.signal.aborted`); what it does after them is waited for, and may still checkpoint unless the lease is lost.
 */
export type ShardBody<R> = (batches: AsyncIterableIterator<ShardBatch<R>, undefined>, shard: Shard) => unknown

/**
 * Makes processors that run `body` once for each shard. Pulling the next batch means to be done with the last, and more is not read meanwhile; what is checkpointed, and when, is for the
 * body to say. A body that throws, or returns before its batches end, fails the shard's session: the shard begins again from its last checkpoint.
 * @throws ConfigError on what is no function.
 */
export function eachShard<R extends Position = KinesisRecord>(body: ShardBody<R>): ProcessorFactory<R>
export function eachShard<R extends Position>(body: ShardBody<R>, ...others: unknown[]): ProcessorFactory<R> {
  if (typeof (body as unknown) !== 'function')
    throw new ConfigError(`eachShard() needs a function of batches, not ${typeof body}.`)
  if (others.length > 0)
    throw new ConfigError(
      'eachShard() takes a body and no options: what it does with its batches, and when, is for the body to say.',
    )
  return shard => new ShardRunner(shard, body)
}

class ShardRunner<R extends Position> implements RecordProcessor<R> {
  /** A body that fails between two batches is heard of at the next call. */
  readonly emptyBatches = true
  readonly #shard: Shard
  readonly #batches = new ShardBatches<R>()
  readonly #body: Promise<void>
  /** How the body ended; null while it runs. */
  #end: { readonly error: Error | null } | null = null

  constructor(shard: Shard, body: ShardBody<R>) {
    this.#shard = shard
    shard.signal.addEventListener('abort', () => {
      this.#batches.abandon()
    })
    this.#body = this.#run(body)
    // Whoever calls next is told.
    this.#body.catch(() => {})
  }

  async processRecords(batch: Batch<R>, checkpointer: Checkpointer): Promise<void> {
    this.#assertRuns()
    if (batch.records.length === 0) return
    if (this.#end !== null) {
      this.#batches.leave(batch.records)
      return
    }
    // No race with the body: each would stay with that promise for as long as the shard is held.
    await this.#batches.give(batch, checkpointer)
  }

  async shardEnded(): Promise<void> {
    // Returned at a stop, maybe in the midst of its last batch: only a checkpoint tells that it was done.
    const isLeft = this.#end !== null && !this.#batches.isSaved
    await this.#finish()
    if (isLeft) throw this.#failure(unsavedEnd)
  }

  shutdownRequested(): Promise<void> {
    return this.#finish()
  }

  leaseLost(): Promise<void> {
    return this.#finish()
  }

  settled(): Promise<void> {
    return this.#body
  }

  async #run(body: ShardBody<R>): Promise<void> {
    try {
      await body(this.#batches, this.#shard)
      this.#end = { error: null }
      this.#batches.close(null, this.#mayLeave ? null : this.#early())
    } catch (thrown) {
      const error = asError(thrown)
      this.#end = { error }
      this.#batches.close(error, error)
      throw error
    }
  }

  /** Whether a body may end before its batches do. */
  get #mayLeave(): boolean {
    return this.#shard.stopping.aborted || this.#shard.signal.aborted
  }

  #finish(): Promise<void> {
    this.#batches.end()
    return this.#body
  }

  /** @throws what the body threw, or that it has returned, where more is to come. */
  #assertRuns(): void {
    if (this.#end === null) return
    if (this.#end.error !== null) throw this.#end.error
    if (!this.#mayLeave) throw this.#early()
  }

  #early(): RecordProcessorError {
    return this.#failure(earlyReturn)
  }

  #failure(what: string): RecordProcessorError {
    return new RecordProcessorError(what, { shardId: this.#shard.shardId })
  }
}

const earlyReturn =
  "The body of eachShard() has returned before the shard's batches ended: nobody would process the rest."
const unsavedEnd =
  "The body of eachShard() has returned without a checkpoint of the shard's last record: nobody knows whether that was processed, and the shard's end is left to its next session."
