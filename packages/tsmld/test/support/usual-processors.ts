// A processors' module for tests of threads: each tells over the recorders' channel that it was made, and the data of the records that it is done with.
import { BroadcastChannel, isMainThread, threadId } from 'node:worker_threads'
import { batchProcessor } from '../../src/processors/batch-processor.ts'
import { eachBatch } from '../../src/processors/each-batch.ts'
import { eachRecord } from '../../src/processors/each-record.ts'
import { eachShard } from '../../src/processors/each-shard.ts'
import type { FlushToken } from '../../src/processors/flusher.ts'
import type { KinesisRecord } from '../../src/records/record.ts'
import type { ProcessorFactory, Shard } from '../../src/session/record-processor.ts'
import { recorderChannel, type Told } from './recorder-channel.ts'

const channel = new BroadcastChannel(recorderChannel)
channel.unref()

const tell = (what: string, { shardId }: Shard): void => {
  channel.postMessage({ what, shardId, thread: isMainThread ? 0 : threadId } satisfies Told)
}

const telling =
  (factory: ProcessorFactory<KinesisRecord>): ProcessorFactory<KinesisRecord> =>
  shard => {
    tell('made', shard)
    return factory(shard)
  }

export const records = telling(
  eachRecord<KinesisRecord>((record, shard) => {
    tell(record.data.toString(), shard)
  }),
)

export const batches = telling(
  eachBatch<KinesisRecord>(
    (batch, shard) => {
      for (const record of batch) tell(record.data.toString(), shard)
    },
    { maxWaitMs: 10 },
  ),
)

export const loop = telling(
  eachShard<KinesisRecord>(async (pulled, shard) => {
    for await (const batch of pulled) {
      for (const record of batch.records) tell(record.data.toString(), shard)
      await batch.checkpoint()
    }
  }),
)

export const flushes = telling(
  batchProcessor<KinesisRecord>({
    flushIntervalMs: 10,
    flusher: shard => {
      const kept: { readonly text: string; readonly token: FlushToken }[] = []
      return {
        add(record, token) {
          kept.push({ text: record.data.toString(), token })
          return 'added'
        },
        flush: () =>
          kept.splice(0).map(({ text, token }) => {
            tell(text, shard)
            return token
          }),
      }
    },
  }),
)
