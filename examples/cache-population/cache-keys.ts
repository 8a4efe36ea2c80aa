/** Where a cache's keys are: all below its name, so that several caches can share a server. A key's fence is beside it, `fence:` and the key. */
export interface CacheKeys {
  /** What an item's key begins with, before its id. */
  readonly items: string
  /** What a counter's key begins with. */
  readonly counters: string
  /** The state of the table's stream. */
  readonly itemsState: string
  /** The state of the counters' stream. */
  readonly countersState: string
}

/** The keys of the cache of this name. */
export const cacheKeys = (cacheName: string): CacheKeys => ({
  items: `${cacheName}:items:`,
  counters: `${cacheName}:counters:`,
  itemsState: `${cacheName}:state:items`,
  countersState: `${cacheName}:state:counters`,
})
