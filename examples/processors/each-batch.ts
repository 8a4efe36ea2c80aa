import { createRuntime, eachBatch, kinesisStream } from 'tsmld'

const clicks = kinesisStream({
  streamName: 'clicks',
  applicationName: 'clicks-archive',
  region: 'eu-west-1',
  processor: eachBatch(
    async records => {
      const body = records.map(({ data }) => data.toString()).join('\n')
      const response = await fetch('http://localhost:8080/bulk', { method: 'POST', body })
      if (!response.ok) throw new Error(`the service answered ${response.status}`) // halved until it is known which record fails
      const { refused } = (await response.json()) as { refused: number[] }
      return { failed: records.filter((_, place) => refused.includes(place)) } // these again, the rest is done
    },
    { maxRecords: 1_000, maxBytes: 2 << 20, maxWaitMs: 5_000 },
  ),
})
await createRuntime({ streams: [clicks] }).run()
