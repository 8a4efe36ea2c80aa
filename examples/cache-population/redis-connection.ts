import { createClient } from 'redis'

const sayAgainMs = 5_000

/**
 * A connected client, which connects again by itself: what fails meanwhile is an error at once, not a command that waits unseen, and both ends of an outage are told.
 * @throws Error when the server does not answer within `waitMs`.
 */
export async function connectRedis(
  url: string,
  waitMs: number,
  tell: (line: string) => void = line => process.stderr.write(`${line}\n`),
) {
  const client = createClient({ url, disableOfflineQueue: true, commandOptions: { timeout: 10_000 } })
  const server = `Redis at ${hostOf(url)}`
  const waiting = new Waiting(server, waitMs, tell)
  client.on('error', (error: unknown) => waiting.failed(error))
  try {
    // It tries for ever, and a server that takes the connection and says nothing is no error to it.
    await Promise.race([client.connect(), waiting.over])
  } catch (error) {
    if (client.isOpen) client.destroy()
    throw error
  } finally {
    waiting.end()
  }
  tellOutages(client, server, tell)
  return client
}

/** The first connection: why there is none is told at once, and again every few seconds, until it takes too long. */
class Waiting {
  /** Rejects when it takes too long. */
  readonly over: Promise<never>
  readonly #server: string
  readonly #tell: (line: string) => void
  readonly #untilMs: number
  #timers: readonly NodeJS.Timeout[] = []
  #reason = 'it does not answer'
  #isTold = false

  constructor(server: string, waitMs: number, tell: (line: string) => void) {
    this.#server = server
    this.#tell = tell
    this.#untilMs = performance.now() + waitMs
    const say = setInterval(() => this.#say(), sayAgainMs)
    this.over = new Promise((_, reject) => {
      this.#timers = [say, setTimeout(() => reject(new Error(this.#tooLong(waitMs))), waitMs)]
    })
  }

  failed(error: unknown): void {
    this.#reason = reasonOf(error)
    if (!this.#isTold) this.#say()
  }

  end(): void {
    for (const timer of this.#timers) clearTimeout(timer)
    this.#isTold = true
  }

  #tooLong(waitMs: number): string {
    const what = `${this.#server} could not be reached within ${String(waitMs / 1_000)} s: ${this.#reason}`
    return `${what}. Look at REDIS_URL, and whether the server runs and lets this machine in.`
  }

  #say(): void {
    this.#isTold = true
    const left = Math.max(0, Math.round((this.#untilMs - performance.now()) / 1_000))
    this.#tell(`${this.#server} cannot be reached: ${this.#reason}. Trying again, for ${String(left)} s more.`)
  }
}

/** Tells when the server goes away, and when it is back. */
function tellOutages(
  client: { on(event: 'error' | 'ready', listener: (error: unknown) => void): unknown },
  server: string,
  tell: (line: string) => void,
): void {
  let isAway = false
  client.on('error', error => {
    if (!isAway)
      tell(`${server} is away: ${reasonOf(error)}. Connecting again until it is back; nothing is lost meanwhile.`)
    isAway = true
  })
  client.on('ready', () => {
    if (isAway) tell(`${server} is back.`)
    isAway = false
  })
}

/** Where a URL leads, without its password. */
function hostOf(url: string): string {
  const { hostname, port } = new URL(url)
  return `${hostname}:${port === '' ? '6379' : port}`
}

/** An error for several addresses of a name has a code, and its texts inside. */
function reasonOf(error: unknown): string {
  if (error instanceof AggregateError) return [...new Set(error.errors.map(reasonOf))].join(', ')
  return error instanceof Error ? error.message : String(error)
}
