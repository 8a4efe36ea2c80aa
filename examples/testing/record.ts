import { createRuntime, eachRecord, type KinesisRecord, kinesisStream } from 'tsmld'
import { recordShard } from 'tsmld/testing'

const processor = eachRecord<KinesisRecord>(record => {
  console.log(record.data.toString())
})
const clicks = kinesisStream({
  streamName: 'clicks',
  applicationName: 'clicks-cache',
  region: 'eu-west-1',
  processor: process.env['RECORD'] === undefined ? processor : recordShard(processor, process.env['RECORD']),
})
await createRuntime({ streams: [clicks] }).run()
