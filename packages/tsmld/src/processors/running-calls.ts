import type { Position } from '../records/record.ts'
import type { RunningCall } from '../session/held-records.ts'

/** The calls of one shard's handlers and sinks that have not settled, by the record that each is for, or the first of several. */
export class RunningCalls<R extends Position> {
  /** When each began, in epoch milliseconds; in that order. */
  readonly #since = new Map<R, number>()

  began(record: R): void {
    this.#since.set(record, Date.now())
  }

  settled(record: R): void {
    this.#since.delete(record)
  }

  /** The one that has run longest, but for those that `except` leaves out. */
  longest(except: (record: R) => boolean): RunningCall | null {
    for (const [record, since] of this.#since)
      if (!except(record)) return { sequenceNumber: record.sequenceNumber, runsMs: Date.now() - since }
    return null
  }
}
