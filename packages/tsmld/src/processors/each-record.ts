import type { ProcessorFactory, Shard } from '../session/record-processor.ts'

/** What a record's handler gets beside the record: the shard, with its `signal` and `logger`. */
export type RecordHandler<R> = (record: R, shard: Shard) => Promise<void> | void

/**
 * Makes processors that hand records to `handler` one by one, in order, and checkpoint after each batch. A handler that fails ends the shard's session: its records come again
 * from the last checkpoint, none is skipped. When `shard.signal` aborts, the rest of the batch is left to whoever has the lease now.
 */
export function eachRecord<R>(handler: RecordHandler<R>): ProcessorFactory<R> {
  return shard => ({
    async processRecords({ records }, checkpointer) {
      for (const record of records) {
        shard.signal.throwIfAborted()
        await handler(record, shard)
      }
      await checkpointer.checkpoint()
    },
  })
}
