import { shown } from '../config/checks.ts'
import type { RecordProcessor } from './record-processor.ts'

/** What a factory made, which without types may be anything: better said now than at the first batch. @throws TypeError */
export function asProcessor<R>(made: RecordProcessor<R>): RecordProcessor<R> {
  const { processRecords, emptyBatches } = (made as Partial<RecordProcessor<R>> | null | undefined) ?? {}
  if (emptyBatches !== undefined && typeof emptyBatches !== 'boolean')
    throw new TypeError(`the property emptyBatches of a processor must be true or false, not ${shown(emptyBatches)}`)
  if (typeof processRecords === 'function') return made
  throw new TypeError(
    'the factory returned no object with a method processRecords; a function of one record belongs into eachRecord()',
  )
}
