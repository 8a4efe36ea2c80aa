import { createRuntime, deadLetter, eachRecord, type KinesisRecord, kinesisStream } from 'tsmld'

const sink = async (record: KinesisRecord, { error, attempts }: { error: unknown; attempts: number }) => {
  // Wherever such records go: a queue, a table, a bucket. It has taken the record when its promise resolves.
  await Promise.resolve()
  console.error('dead letter', record.sequenceNumber, `after ${attempts} attempts:`, error)
}

const clicks = kinesisStream({
  streamName: 'clicks',
  applicationName: 'clicks-cache',
  region: 'eu-west-1',
  processor: eachRecord(
    async (record, { signal }) => {
      const response = await fetch('http://localhost:8080/clicks', { method: 'POST', body: record.data, signal })
      if (!response.ok) throw new Error(`the service answered ${response.status}`)
    },
    {
      concurrency: 50, // per shard; in order for each partition key
      timeoutMs: 5_000,
      retry: { attempts: 8, backoff: { baseMs: 100, maxMs: 10_000 } },
      onPoison: deadLetter(sink),
    },
  ),
})
await createRuntime({ streams: [clicks] }).run()
