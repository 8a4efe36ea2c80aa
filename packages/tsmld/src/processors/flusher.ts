import type { Position } from '../records/record.ts'

declare const brand: unique symbol

/** Names a record that a flusher was given: a number that means nothing else, and that a flusher gives back once its record is done. */
export type FlushToken = number & { readonly [brand]: never }

/** `partial`: what is ready may be flushed, or all, or nothing; `full`: everything must be. */
export type FlushKind = 'partial' | 'full'

/** Collects one shard's records and brings them to where they belong, for `batchProcessor`. One call is made at a time, and none while a promise of the last one is pending. */
export interface Flusher<R extends Position> {
  /**
   * Takes a record: `added`, and its token is returned once it is done; `ignored`: it is done; `full`: it was not taken, and comes again after a flush. What it throws is tried again.
   * @param delayMs how long ago the stream took the record, in milliseconds; null where the daemon does not say.
   */
  add(record: R, token: FlushToken, delayMs: number | null): 'added' | 'ignored' | 'full'
  /** Gives the tokens of what is done and was not given back yet: after `full`, of everything. While it rejects nothing advances, and it is called again with growing delays. */
  flush(kind: FlushKind): Promise<readonly FlushToken[]> | readonly FlushToken[]
  /** Called regularly, also while no records come, for work of its own. Gives the tokens of what is done, if anything. */
  heartbeat?(): Promise<readonly FlushToken[]> | readonly FlushToken[]
  /** Called once, after everything else, however the shard was left: for connections and timers of its own. What it still holds is the next worker's. */
  close?(): Promise<void> | void
}
