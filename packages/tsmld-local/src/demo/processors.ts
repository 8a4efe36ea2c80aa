import type { Batch, Checkpointer, DynamodbRecord, KinesisRecord, ProcessorFactory } from 'tsmld'
import type { Ledger, Position } from './ledger.ts'
import { type Identity, identityOf } from './workload.ts'

/** The demo's items. */
export interface DemoItem {
  readonly id: string
  readonly n: number
}

/** Notes every Kinesis record in the ledger, and checkpoints each batch. */
export function kinesisProcessor(ledger: Ledger): ProcessorFactory<KinesisRecord> {
  return noting(ledger, record => identityOf(record.data))
}

/** Notes every change of an item in the ledger, and checkpoints each batch. */
export function itemProcessor(ledger: Ledger): ProcessorFactory<DynamodbRecord<DemoItem, 'NEW_AND_OLD_IMAGES'>> {
  return noting(ledger, record =>
    record.eventName === 'REMOVE'
      ? { key: record.oldImage.id, n: record.oldImage.n + 1 }
      : { key: record.newImage.id, n: record.newImage.n },
  )
}

function noting<R extends Position>(ledger: Ledger, identify: (record: R) => Identity): ProcessorFactory<R> {
  return shard => {
    const session = ledger.session(shard.shardId)
    return {
      emptyBatches: true,
      async processRecords(batch: Batch<R>, checkpointer: Checkpointer) {
        for (const record of batch.records) ledger.delivered(session, record, identify(record))
        session.row.millisBehindLatest = batch.millisBehindLatest
        if (batch.records.length === 0) return
        await checkpointer.checkpoint()
        session.row.checkpoints++
      },
      shardEnded() {
        session.row.ended = true
        // tsmld checkpoints the end itself.
        session.row.checkpoints++
      },
    }
  }
}
