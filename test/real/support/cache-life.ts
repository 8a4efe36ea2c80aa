import assert from 'node:assert/strict'
import { fencingToken } from 'tsmld'
import { type CacheWrite, fenceKey } from '../../../examples/cache-population/redis-scripts.ts'
import { type PlacedWrite, placeOf } from './cache-lab.ts'

let lives = 0

/** The life of one item: what it was after each step, absent at first. A step may write it or remove it. */
export class Life {
  readonly #client: { get(key: string): Promise<string | null> }
  readonly key = `item:${++lives}`
  readonly states: readonly (string | null)[]
  readonly #changes: readonly PlacedWrite[]
  readonly #versions: readonly number[]
  /** The changes before it are the parent shard's, the others its child's. */
  readonly roll: number

  constructor(
    client: { get(key: string): Promise<string | null> },
    steps: readonly boolean[],
    roll: number,
    isVersioned = true,
  ) {
    this.#client = client
    const states: (string | null)[] = [null]
    const versions = [0]
    const changes: PlacedWrite[] = []
    for (const [index, writes] of steps.entries()) {
      if (!writes && states.at(-1) === null) continue
      // Versions grow by more than one, and go on over a removal, which has that of the image before it.
      const version = writes ? (isVersioned ? 10 * (index + 1) : 0) : (versions.at(-1) ?? 0)
      const body = writes ? `state ${states.length}` : null
      const write: CacheWrite =
        body === null ? { kind: 'remove', key: this.key, version } : { kind: 'put', key: this.key, body, version }
      changes.push({ ...placeOf(states.length), write })
      states.push(body)
      versions.push(version)
    }
    this.states = states
    this.#changes = changes
    this.#versions = versions
    this.roll = Math.min(roll, changes.length)
  }

  get last(): number {
    return this.#changes.length
  }

  shardOf(step: number): 'parent' | 'child' {
    return step <= this.roll ? 'parent' : 'child'
  }

  changes(from: number, to: number): PlacedWrite[] {
    return this.#changes.slice(from, to)
  }

  /** What a scan reads after so many steps. */
  image(step: number) {
    const body = this.states[step]
    return body == null ? null : { key: this.key, body, version: this.#versions[step] ?? 0 }
  }

  /** The step that the cache stands at, by its fence, or -1; asserts that the body is that step's. */
  async stands(): Promise<number> {
    const [body, fence] = [await this.#client.get(this.key), await this.#client.get(fenceKey(this.key))]
    if (fence === null) {
      assert.equal(body, null)
      return -1
    }
    const [version, isScan, order] = [Number(fence.slice(0, 20)), fence[20] === '1', fence.slice(21)]
    if (body !== null) {
      const step = this.states.indexOf(body)
      if (isScan) assert.equal(this.#versions[step], version)
      else assert.equal(this.#order(step), order)
      return step
    }
    if (!isScan) return this.#changes.findIndex((_, index) => this.#order(index + 1) === order) + 1
    // Found gone: it is at least as new as the image that was there.
    return this.#versions.lastIndexOf(version)
  }

  #order(step: number): string {
    return fencingToken({ shardId: '' }, placeOf(step)).order
  }
}
