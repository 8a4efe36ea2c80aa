import type { CacheKeys } from './cache-keys.ts'

const lookMs = 2_000
const sayAgainMs = 60_000

/**
 * Knows why the cache must not be trusted, and says so again and again: it was never seeded, or it lost or missed changes.
 * Only the cache itself is asked: what a flusher was told stays with it when its shard goes to another worker.
 */
export class LostCaches {
  readonly #client: { hmGet(key: string, fields: string[]): Promise<(string | null)[]> }
  readonly #keys: CacheKeys
  readonly #tell: (line: string) => void
  readonly #timer: NodeJS.Timeout
  #reasons: readonly string[] = []
  #saidAtMs = 0

  constructor(
    client: { hmGet(key: string, fields: string[]): Promise<(string | null)[]> },
    keys: CacheKeys,
    tell: (line: string) => void = line => process.stderr.write(`${line}\n`),
  ) {
    this.#client = client
    this.#keys = keys
    this.#tell = tell
    this.look()
    this.#timer = setInterval(() => {
      this.look()
      if (Date.now() - this.#saidAtMs >= sayAgainMs) this.#say()
    }, lookMs)
  }

  get reasons(): readonly string[] {
    return this.#reasons
  }

  /** Asks the cache now, as it does every two seconds. */
  look(): void {
    const { itemsState, countersState } = this.#keys
    Promise.all([itemsState, countersState].map(state => this.#client.hmGet(state, ['seededAt', 'lost']))).then(
      ([items, counters]) => {
        this.#found([
          ...(items?.[0] == null ? ['the cache was never seeded'] : []),
          ...lossOf(itemsState, items?.[1]),
          ...lossOf(countersState, counters?.[1]),
        ])
      },
      // Redis is down: the flushers say so.
      () => undefined,
    )
  }

  stop(): void {
    clearInterval(this.#timer)
  }

  #found(reasons: readonly string[]): void {
    if (reasons.join() === this.#reasons.join()) return
    this.#reasons = reasons
    this.#say()
  }

  #say(): void {
    if (this.#reasons.length === 0) {
      if (this.#saidAtMs > 0) this.#tell('The cache is whole again.')
      this.#saidAtMs = 0
      return
    }
    this.#saidAtMs = Date.now()
    this.#tell(`THE CACHE IS NOT WHOLE: ${this.#reasons.join('; ')}. Run the seeding: node dist/seed-main.js`)
  }
}

/** `lost` begins with when it was found. */
function lossOf(stateKey: string, lost: string | null | undefined): readonly string[] {
  if (lost == null) return []
  const [, foundAtMs, why] = /^(\d{1,15}) (.*)$/s.exec(lost) ?? []
  const found = foundAtMs === undefined ? '' : ` (found ${new Date(Number(foundAtMs)).toISOString()})`
  return [`${stateKey} lost changes: ${why ?? lost}${found}`]
}
