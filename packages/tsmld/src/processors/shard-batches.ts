import type { Position } from '../records/record.ts'
import { comparePositions } from '../records/sequence-number.ts'
import type { Batch, Checkpointer } from '../session/record-processor.ts'

/** A batch of one shard, with its checkpoint. */
export interface ShardBatch<R> extends Batch<R> {
  /**
   * Saves that everything up to and including `at` was processed; without it, all of this batch. Resolves when the lease table holds it.
   * @throws CheckpointError when it was not saved; `reason` is `ShutdownException` when the lease is gone, which is no reason to fail.
   */
  checkpoint(at?: Position): Promise<void>
}

type Pulled<R> = IteratorResult<ShardBatch<R>, undefined>

/** Settles a batch that was handed over. */
interface Handed {
  readonly resolve: () => void
  readonly reject: (error: Error) => void
}

/** The batches of one shard as they are pulled; whoever pulls the next is done with the last. */
export class ShardBatches<R extends Position> implements AsyncIterableIterator<ShardBatch<R>, undefined> {
  #pulls: ((pulled: Pulled<R>) => void)[] = []
  /** Came before it was pulled. */
  #next: { readonly batch: ShardBatch<R>; readonly handed: Handed } | null = null
  /** The batch that was pulled last. */
  #last: Handed | null = null
  #isOver = false
  /** The last record that came, until a checkpoint of it or of a later one is saved. */
  #unsaved: Position | null = null

  /** Whether all that ever came is checkpointed, and so was processed, whoever left and when. */
  get isSaved(): boolean {
    return this.#unsaved === null
  }

  next(): Promise<Pulled<R>> {
    this.#last?.resolve()
    this.#last = null
    if (this.#next !== null) {
      const { batch, handed } = this.#next
      this.#next = null
      this.#last = handed
      return Promise.resolve({ done: false, value: batch })
    }
    if (this.#isOver) return Promise.resolve(over)
    return new Promise(resolve => {
      this.#pulls.push(resolve)
    })
  }

  /** The loop was left. Whether by a `break` or by what its body threw is not to be seen here: the last batch is done with when the body has settled. */
  return(): Promise<Pulled<R>> {
    this.end()
    return Promise.resolve(over)
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  /** Hands a batch over; settles when the next one is pulled, or as {@link close} says. */
  give({ records, millisBehindLatest, atShardEnd }: Batch<R>, checkpointer: Checkpointer): Promise<void> {
    const checkpoint = (at: Position | undefined = records.at(-1)): Promise<void> => {
      const saved = checkpointer.checkpoint(at)
      saved.then(
        () => {
          this.#save(at)
        },
        () => {},
      )
      return saved
    }
    this.leave(records)
    const batch: ShardBatch<R> = { records, millisBehindLatest, atShardEnd, checkpoint }
    return new Promise((resolve, reject) => {
      const handed = { resolve, reject }
      const pull = this.#pulls.shift()
      if (pull === undefined) {
        this.#next = { batch, handed }
        return
      }
      pull({ done: false, value: batch })
      // Pulled ahead: the puller does not wait for this one to be done with.
      if (this.#pulls.length > 0) resolve()
      else this.#last = handed
    })
  }

  /** These came, and unless they are checkpointed nobody knows that they were processed. */
  leave(records: readonly R[]): void {
    const last = records.at(-1)
    if (last === undefined) return
    const { sequenceNumber, subSequenceNumber } = last
    this.#unsaved = { sequenceNumber, subSequenceNumber }
  }

  #save(at: Position | undefined): void {
    if (at !== undefined && this.#unsaved !== null && comparePositions(at, this.#unsaved) >= 0) this.#unsaved = null
  }

  /** No batch can be pulled any more that has not come yet. */
  end(): void {
    this.#isOver = true
    const pulls = this.#pulls
    this.#pulls = []
    for (const pull of pulls) pull(over)
  }

  /** The lease is gone: what nobody has pulled yet is the next worker's. */
  abandon(): void {
    this.end()
    this.#next?.handed.resolve()
    this.#next = null
  }

  /** Nobody pulls any more: settles what was pulled last, and what nobody pulled. */
  close(pulled: Error | null, unpulled: Error | null): void {
    this.end()
    settle(this.#last, pulled)
    settle(this.#next?.handed ?? null, unpulled)
    this.#last = null
    this.#next = null
  }
}

const over = { done: true, value: undefined } as const

function settle(handed: Handed | null, error: Error | null): void {
  if (error === null) handed?.resolve()
  else handed?.reject(error)
}
