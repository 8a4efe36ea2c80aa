import type { Position } from '../records/record.ts'
import type { Clock } from '../session/clock.ts'
import type { RunningCall } from '../session/held-records.ts'

/** The calls of one shard's handlers and sinks that have not settled, by the record that each is for, or the first of several; null where it is for none. */
export class RunningCalls<R extends Position> {
  /** When each began, in epoch milliseconds; in that order. */
  readonly #since = new Map<R | null, number>()
  readonly #clock: Clock

  constructor(clock: Clock) {
    this.#clock = clock
  }

  began(record: R | null): void {
    this.#since.set(record, this.#clock.now())
  }

  settled(record: R | null): void {
    this.#since.delete(record)
  }

  /** The one that has run longest, but for those that `except` leaves out. */
  longest(except: (record: R) => boolean): RunningCall | null {
    for (const [record, since] of this.#since)
      if (record === null || !except(record))
        return { sequenceNumber: record?.sequenceNumber ?? null, runsMs: this.#clock.now() - since }
    return null
  }
}
