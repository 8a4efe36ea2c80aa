import { ConfigError } from '../errors.ts'
import type { Position } from '../records/record.ts'
import type { ProcessorFactory, Shard } from '../session/record-processor.ts'

/** What a record's handler gets beside the record: the shard, with its `signal` and `logger`. */
export type RecordHandler<R> = (record: R, shard: Shard) => Promise<void> | void

/**
 * Makes processors that hand records to `handler` one by one, in order, and checkpoint after each batch. A handler that fails ends the shard's session, once what came before in
 * the batch is checkpointed: its record comes again, none is skipped. When `shard.signal` aborts, the rest of the batch is left to whoever has the lease now.
 */
export function eachRecord<R extends Position>(handler: RecordHandler<R>): ProcessorFactory<R> {
  if (typeof (handler as unknown) !== 'function')
    throw new ConfigError(`eachRecord() needs a function of a record, not ${typeof handler}.`)
  return shard => ({
    async processRecords({ records }, checkpointer) {
      let done: R | undefined
      try {
        for (const record of records) {
          shard.signal.throwIfAborted()
          await handler(record, shard)
          done = record
        }
      } catch (error) {
        // The handler's error is the reason to tell, whatever becomes of this checkpoint.
        if (done !== undefined) await checkpointer.checkpoint(done).catch(() => {})
        throw error
      }
      await checkpointer.checkpoint()
    },
  })
}
