import type { ListenerAddress } from './listener.ts'

/** A listener, and how many sessions live where it is that are not connected to it: the daemon knows its own connections, and sooner. */
export type ListenerLoad = ListenerAddress & { readonly load: number }

/** Where the sessions of a stream may go, as its daemon has to know it. */
export interface ListenerLoads {
  /** Those that listen now; of equal loads the first is preferred. */
  current(): readonly ListenerLoad[]
  /** Calls `told` whenever that changes, until what it gives is called. */
  onChange(told: () => void): () => void
}

/** The one listener of a stream whose sessions live in one thread: there is nothing to choose. */
export function onlyListener(address: ListenerAddress): ListenerLoads {
  return { current: () => [{ ...address, load: 0 }], onChange: () => () => {} }
}
