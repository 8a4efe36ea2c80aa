import { shown } from '../config/checks.ts'
import { ConfigError } from '../errors.ts'
import type { KinesisRecord } from '../records/record.ts'
import type { Shard } from '../session/record-processor.ts'

/** How a record failed that is given up. */
export interface PoisonFailure {
  /** What the last attempt threw, or why it was refused. */
  readonly error: unknown
  /** How often it was tried. */
  readonly attempts: number
  readonly shard: Shard
}

/** Takes a record that is given up, with its failure; the shard goes on once its promise has resolved, to whatever it does. It is called again, with growing delays, until then. */
export type DeadLetterSink<R> = (record: R, failure: PoisonFailure) => unknown

/** See {@link deadLetter}. */
export interface DeadLetter<R> {
  readonly deadLetter: DeadLetterSink<R>
}

/**
 * What becomes of a record that fails again and again:
 * - `'block'`: it is tried for ever, with the retries' greatest delay, and nothing after it is checkpointed. The log says so as an error, again and again.
 * - {@link deadLetter}: a sink takes it, and then the shard goes on. While the sink fails the record blocks.
 * - `'skip'`: it is counted, logged, and lost.
 */
export type OnPoison<R> = 'block' | 'skip' | DeadLetter<R>

/**
 * Gives poison records to `sink`, as `onPoison`. The shard advances past one only after the sink took it.
 * @throws ConfigError where `sink` is no function.
 */
export function deadLetter<R = KinesisRecord>(sink: DeadLetterSink<R>): DeadLetter<R> {
  if (typeof (sink as unknown) !== 'function')
    throw new ConfigError(`deadLetter() needs a function that takes a record, not ${shown(sink)}.`)
  return { deadLetter: sink }
}
