import { batchProcessor, createRuntime, type Flusher, type FlushToken, type KinesisRecord, kinesisStream } from 'tsmld'

/** One file a flush, of all that was added since the last one. */
class Files implements Flusher<KinesisRecord> {
  #lines: string[] = []
  #tokens: FlushToken[] = []

  add(record: KinesisRecord, token: FlushToken): 'added' | 'ignored' | 'full' {
    if (record.data.length === 0) return 'ignored'
    if (this.#lines.length === 50_000) return 'full'
    this.#lines.push(record.data.toString())
    this.#tokens.push(token)
    return 'added'
  }

  async flush(): Promise<readonly FlushToken[]> {
    if (this.#tokens.length === 0) return []
    const body = this.#lines.join('\n')
    const response = await fetch(`http://localhost:8080/files/${crypto.randomUUID()}`, { method: 'PUT', body })
    if (!response.ok) throw new Error(`the service answered ${response.status}`) // all is kept, and flushed again
    const tokens = this.#tokens
    this.#lines = []
    this.#tokens = []
    return tokens
  }
}

const clicks = kinesisStream({
  streamName: 'clicks',
  applicationName: 'clicks-files',
  region: 'eu-west-1',
  processor: batchProcessor({
    flusher: () => new Files(),
    flushIntervalMs: 60_000,
    onCheckpoint: ({ delayMs }, { shardId }) => {
      console.log(shardId, `is ${delayMs} ms behind at its checkpoint`)
    },
  }),
})
await createRuntime({ streams: [clicks] }).run()
