const lookMs = 2_000
const sayAgainMs = 60_000

/** Knows why the cache must not be trusted, and says so again and again: it was never seeded, or it lost or missed changes. */
export class LostCaches {
  readonly #why = new Map<string, string>()
  readonly #timer: NodeJS.Timeout
  #saidAtMs = 0

  constructor(client: { hGet(key: string, field: string): Promise<string | null> }, itemsState: string) {
    const look = () => {
      client.hGet(itemsState, 'seededAt').then(
        at => {
          this.#set('seeding', at === null ? 'the cache was never seeded' : null)
        },
        // Redis is down: the flushers say so.
        () => undefined,
      )
    }
    look()
    this.#timer = setInterval(() => {
      look()
      if (Date.now() - this.#saidAtMs >= sayAgainMs) this.#say()
    }, lookMs)
  }

  get reasons(): string[] {
    return [...this.#why.values()]
  }

  /** What a flusher was told by the cache. */
  tell(stateKey: string, why: string | null): void {
    this.#set(stateKey, why === null ? null : `${stateKey} lost changes: ${why}`)
  }

  stop(): void {
    clearInterval(this.#timer)
  }

  #set(what: string, why: string | null): void {
    if (this.#why.get(what) === (why ?? undefined)) return
    if (why === null) this.#why.delete(what)
    else this.#why.set(what, why)
    this.#say()
  }

  #say(): void {
    if (this.#why.size === 0) {
      if (this.#saidAtMs > 0) process.stderr.write('The cache is whole again.\n')
      this.#saidAtMs = 0
      return
    }
    this.#saidAtMs = Date.now()
    process.stderr.write(`THE CACHE IS NOT WHOLE: ${this.reasons.join('; ')}. Run the seeding: node seed-main.js\n`)
  }
}
