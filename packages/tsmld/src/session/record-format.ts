import type { RecordFormat } from '../protocol/messages.ts'
import type { Shard } from './record-processor.ts'

/** Enumerable, so that a copy of a shard keeps it; no part of the public {@link Shard}. */
const formatKey = Symbol.for('tsmld.recordFormat')

/** The shard, with what its records are: before the first one nothing else tells. */
export function withRecordFormat(shard: Shard, format: RecordFormat): Shard {
  return Object.assign(shard, { [formatKey]: format })
}

/** What a shard's records are; null for one that no session made. */
export function recordFormatOf(shard: Shard): RecordFormat | null {
  return (shard as { readonly [formatKey]?: RecordFormat })[formatKey] ?? null
}
