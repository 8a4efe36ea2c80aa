import type { Shard } from './record-processor.ts'

/** Time as sessions and processors know it; `tsmld/testing` puts a virtual one in its place. */
export interface Clock {
  /** Epoch milliseconds. */
  now(): number
  setTimeout(run: () => void, delayMs: number): object
  clearTimeout(timer: object | undefined): void
}

/** Node's own. The globals are looked up at each call, for tests replace them. */
export const systemClock: Clock = {
  now: () => Date.now(),
  setTimeout: (run, delayMs) => setTimeout(run, delayMs),
  clearTimeout: timer => {
    clearTimeout(timer as NodeJS.Timeout | undefined)
  },
}

/** Enumerable where it is set, so that a copy of a shard keeps its clock; no part of the public {@link Shard}. */
const clockKey = Symbol.for('tsmld.clock')

/** The shard with a clock of its own, where there is one. */
export function withClock(shard: Shard, clock: Clock | undefined): Shard {
  return clock === undefined ? shard : Object.assign(shard, { [clockKey]: clock })
}

/** The clock that a shard's processor goes by. */
export function clockOf(shard: Shard): Clock {
  return (shard as { readonly [clockKey]?: Clock })[clockKey] ?? systemClock
}
