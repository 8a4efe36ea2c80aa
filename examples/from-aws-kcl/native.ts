import { createRuntime, eachRecord, type KinesisRecord, streamFromProperties } from 'tsmld'

const log = eachRecord<KinesisRecord>(({ data, sequenceNumber }, { shardId }) => {
  console.log(shardId, sequenceNumber, data.toString())
})
await createRuntime({ streams: [streamFromProperties('sample.properties', log)] }).run()
