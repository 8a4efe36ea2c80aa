import type { Position } from '../records/record.ts'
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

/** The batches of one shard as they are pulled; whoever pulls the next is done with the last. */
export class ShardBatches<R extends Position> implements AsyncIterableIterator<ShardBatch<R>, undefined> {
  #pulls: ((pulled: Pulled<R>) => void)[] = []
  /** Came before it was pulled. */
  #next: { readonly batch: ShardBatch<R>; readonly done: () => void } | null = null
  /** Settles the batch that was pulled last. */
  #done: (() => void) | null = null
  #isOver = false

  next(): Promise<Pulled<R>> {
    this.#finishLast()
    if (this.#next !== null) {
      const { batch, done } = this.#next
      this.#next = null
      this.#done = done
      return Promise.resolve({ done: false, value: batch })
    }
    if (this.#isOver) return Promise.resolve(over)
    return new Promise(resolve => {
      this.#pulls.push(resolve)
    })
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  /** The loop was left. Whether by a `break` or by what its body threw is not to be seen here: the last batch is done with when the body has settled. */
  return(): Promise<Pulled<R>> {
    this.end()
    return Promise.resolve(over)
  }

  /** Hands a batch over; resolves when the next one is pulled, or where nothing is pulled any more. */
  give({ records, millisBehindLatest, atShardEnd }: Batch<R>, checkpointer: Checkpointer): Promise<void> {
    if (this.#isOver) return Promise.resolve()
    const checkpoint = (at: Position | undefined = records.at(-1)): Promise<void> => checkpointer.checkpoint(at)
    const batch: ShardBatch<R> = { records, millisBehindLatest, atShardEnd, checkpoint }
    return new Promise(done => {
      const pull = this.#pulls.shift()
      if (pull === undefined) {
        this.#next = { batch, done }
        return
      }
      pull({ done: false, value: batch })
      // Pulled ahead: the puller is not waiting for this one to be done.
      if (this.#pulls.length > 0) done()
      else this.#done = done
    })
  }

  /** No batch comes any more; the one that is being processed is still waited for. */
  end(): void {
    this.#isOver = true
    this.#next?.done()
    this.#next = null
    const pulls = this.#pulls
    this.#pulls = []
    for (const pull of pulls) pull(over)
  }

  #finishLast(): void {
    const done = this.#done
    this.#done = null
    done?.()
  }
}

const over = { done: true, value: undefined } as const
