import type { KeyOf } from '../records/record-key.ts'
import type { RecordContext } from './attempt.ts'
import { misused } from './misused.ts'
import type { FailurePolicy } from './processor-options.ts'

/** What `eachRecord` was told, with defaults filled in. */
export interface RecordPolicy<R> extends FailurePolicy<R> {
  readonly handler: (record: R, context: RecordContext) => unknown
  readonly concurrency: number
  readonly key: KeyOf<R>
  readonly filter: ((record: R) => boolean) | undefined
  readonly maxAhead: number
}

/** What `filter` returned, which without types may be anything. @throws RecordProcessorError */
export function asWanted(returned: unknown): boolean {
  if (typeof returned === 'boolean') return returned
  throw misused('filter()', returned, 'true or false')
}

/** What `key` returned, as the name of a lane. @throws RecordProcessorError */
export function asLane(returned: unknown): string {
  if (typeof returned === 'string') return returned
  if (returned === null) return ''
  throw misused('key()', returned, 'a text or null')
}
