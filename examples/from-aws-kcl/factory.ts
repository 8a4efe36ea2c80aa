import { kinesisStream } from 'tsmld'
import { type AwsKclProcessor, fromAwsKcl } from 'tsmld/aws-kcl'

function recordProcessor(): AwsKclProcessor {
  let shardId: string // inside the function: each shard has its own
  return {
    initialize(input, callback) {
      shardId = input.shardId
      callback()
    },
    processRecords({ records, checkpointer }, callback) {
      for (const { data, sequenceNumber } of records)
        console.log(shardId, sequenceNumber, Buffer.from(data, 'base64').toString())
      checkpointer.checkpoint(records.at(-1)?.sequenceNumber, callback)
    },
    leaseLost(_, callback) {
      callback()
    },
    shardEnded({ checkpointer }, callback) {
      checkpointer.checkpoint(callback)
    },
  }
}

export const clicks = kinesisStream({
  streamName: 'clicks',
  applicationName: 'clicks-log',
  region: 'eu-west-1',
  processor: fromAwsKcl(recordProcessor),
})
