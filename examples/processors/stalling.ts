import { createRuntime, eachRecord, kinesisStream } from 'tsmld'

const clicks = kinesisStream({
  streamName: 'clicks',
  applicationName: 'clicks-cache',
  region: 'eu-west-1',
  stallTimeoutMs: 120_000,
  onStall: 'restartStream',
  processor: eachRecord(async (record, { signal }) => {
    await fetch('http://localhost:8080/clicks', { method: 'POST', body: record.data, signal })
  }),
})
await createRuntime({ streams: [clicks] }).run()
