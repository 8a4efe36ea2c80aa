import type { Position } from '../records/record.ts'
import { comparePositions, compareSequenceNumbers } from '../records/sequence-number.ts'
import type { SessionState } from './session-events.ts'

type Delivered = Pick<SessionState, 'start' | 'firstDelivered' | 'delivered' | 'batch'>

/**
 * Whether a session may be asked to checkpoint at a position: what it began after, or, as far as that is known, a record that it was given. Of earlier batches only the range is known, for to
 * keep their positions would take memory with each record; of the batch that is being handled, every record is.
 */
export function mayCheckpointAt(at: Position, { start, firstDelivered, delivered, batch }: Delivered): boolean {
  if (start !== null && isAt(start, at)) return true
  if (firstDelivered === null || delivered === null) return false
  if (isAt(delivered, at)) return true
  // Of the aggregate in which the session began, earlier user records are saved already: aws-kcl names an aggregate by its first.
  if (compareSequenceNumbers(at.sequenceNumber, firstDelivered.sequenceNumber) < 0) return false
  if (comparePositions(at, delivered) > 0) return false
  const [first] = batch ?? []
  return batch === null || first === undefined || comparePositions(at, first) < 0 || isAmong(batch, at)
}

/** A few comparisons for what is there; all of them before anything is refused, should a stream's order ever not hold. */
function isAmong(records: readonly Position[], at: Position): boolean {
  let from = 0
  let to = records.length
  while (from < to) {
    const middle = (from + to) >>> 1
    const order = comparePositions(records[middle] as Position, at)
    if (order === 0) return true
    if (order < 0) from = middle + 1
    else to = middle
  }
  return records.some(record => isAt(record, at))
}

const isAt = (record: Position, at: Position): boolean =>
  record.sequenceNumber === at.sequenceNumber && record.subSequenceNumber === at.subSequenceNumber
