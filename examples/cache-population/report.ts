import type { DynamodbRecord } from 'tsmld'
import type { Item } from './items.ts'
import type { CacheFlush } from './redis-flusher.ts'

/** What a worker prints of each flush where `REPORT=1`, for the proof. */
export interface FlushLine {
  /** Keys written. */
  readonly applied: number
  /** Of each change: from the item's write to the flusher, by way of the stream, the KCL's polling and the bridge; and to the cache. In milliseconds. */
  readonly lags: readonly (readonly [arrival: number, whole: number])[]
}

/** Prints a flush as a line of JSON. */
export function reportFlush({ records, applied }: CacheFlush<DynamodbRecord<Item, 'NEW_AND_OLD_IMAGES'>>): void {
  if (process.env['REPORT'] !== '1') return
  const now = Date.now()
  const lags = records.flatMap(({ record, addedAtMs }): FlushLine['lags'] => {
    // A removal tells no time.
    if (record.eventName === 'REMOVE') return []
    const { writtenAt } = record.newImage
    return [[addedAtMs - writtenAt, now - writtenAt]]
  })
  process.stdout.write(`${JSON.stringify({ applied, lags } satisfies FlushLine)}\n`)
}
