/** What stands in a lane: `behind` is what waits for it. */
export interface InLane<E> {
  behind: E | null
}

/** Keeps records of one key in order: one of a key at a time, those after it wait in its lane. Pure; every call takes constant time. */
export class KeyLanes<E extends InLane<E>> {
  /** The last in each lane that is not empty. */
  readonly #last = new Map<string, E>()

  /** How many lanes have anything in them. */
  get size(): number {
    return this.#last.size
  }

  isBusy(key: string): boolean {
    return this.#last.has(key)
  }

  /** Whether it may begin; else it waits behind the others of its key. */
  enter(key: string, entry: E): boolean {
    const last = this.#last.get(key)
    this.#last.set(key, entry)
    if (last !== undefined) last.behind = entry
    return last === undefined
  }

  /** `entry`, the first of its lane, is done: gives the one that may begin now, or null. */
  leave(key: string, entry: E): E | null {
    const { behind } = entry
    entry.behind = null
    if (behind === null) this.#last.delete(key)
    return behind
  }
}
