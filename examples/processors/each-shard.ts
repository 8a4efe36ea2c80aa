import { createRuntime, eachShard, kinesisStream } from 'tsmld'

const clicks = kinesisStream({
  streamName: 'clicks',
  applicationName: 'clicks-count',
  region: 'eu-west-1',
  processor: eachShard(async (batches, { shardId, logger, signal }) => {
    let count = 0
    for await (const batch of batches) {
      count += batch.records.length // pulling the next batch means to be done with this one
      await batch.checkpoint()
    }
    // The shard has ended, the process stops, or the lease is lost.
    if (!signal.aborted) logger.info({ count }, `${shardId} is left in order`)
  }),
})
await createRuntime({ streams: [clicks] }).run()
