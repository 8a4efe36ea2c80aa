import { setTimeout as delay } from 'node:timers/promises'
import { BatchWriteItemCommand } from '@aws-sdk/client-dynamodb'
import { type LocalClients, putRecords } from 'tsmld-local'

/** A steady load on both streams. */
export interface Load {
  /** Names of all that was put, of each stream. */
  readonly produced: ReadonlySet<string>
  end(): Promise<void>
}

const keys = Array.from({ length: 20 }, (_, key) => `key-${key}`)
const recordBytes = 100

/** Puts a record of each key into both streams, so often that it comes to that many a second. */
export function startLoad(
  { kinesis, dynamodb }: LocalClients,
  { streamName, tableName }: { readonly streamName: string; readonly tableName: string },
  recordsPerSecond: number,
): Load {
  const produced = new Set<string>()
  const ending = new AbortController()
  const everyMs = (keys.length * 1_000) / recordsPerSecond
  const put = async (n: number): Promise<void> => {
    const names = keys.map(key => `${key}#${n}`)
    await Promise.all([
      putRecords(
        kinesis,
        streamName,
        keys.map((key, at) => ({ PartitionKey: key, Data: Buffer.from((names[at] ?? '').padEnd(recordBytes)) })),
      ),
      dynamodb.send(
        new BatchWriteItemCommand({
          RequestItems: {
            [tableName]: keys.map(key => ({ PutRequest: { Item: { id: { S: key }, n: { N: String(n) } } } })),
          },
        }),
      ),
    ])
    for (const name of names) produced.add(name)
  }
  const loop = (async () => {
    const from = performance.now()
    for (let n = 0; !ending.signal.aborted; n++) {
      await put(n)
      await delay(Math.max(0, from + (n + 1) * everyMs - performance.now()), undefined, {
        signal: ending.signal,
      }).catch(() => {})
    }
  })()
  loop.catch(() => {})
  return {
    produced,
    end() {
      ending.abort()
      return loop
    },
  }
}
