import { setTimeout as delay } from 'node:timers/promises'
import { createClient } from 'redis'
import { cacheKeys } from '../cache-keys.ts'
import type { FlushLine } from '../report.ts'
import type { SeedLine } from '../seed.ts'
import { type Program, startProgram } from './programs.ts'
import { type RedisServer, startRedis } from './redis-server.ts'

const maxFailures = 5

/** One region: its cache, its worker, and what they told. */
export class Region {
  readonly name: string
  readonly cacheName: string
  readonly redis: RedisServer
  readonly client: ReturnType<typeof createClient>
  readonly log: string[] = []
  /** Of each change that reached the cache while `measures`: its arrival at the flusher and at the cache, in milliseconds. */
  readonly lags: (readonly [number, number])[] = []
  measures = false
  /** Keys written, by the worker and by the seeding. */
  writes = 0
  seeding: SeedLine | null = null
  /** How often the worker ended without being told to. */
  workerFailures = 0
  readonly #env: Readonly<Record<string, string>>
  #worker: Program | undefined
  #seeder: Program | undefined

  private constructor(name: string, redis: RedisServer, env: Readonly<Record<string, string>>) {
    this.name = name
    this.cacheName = `${env['TABLE_NAME'] ?? ''}-${name}`
    this.redis = redis
    this.#env = { ...env, REDIS_URL: redis.url, CACHE_NAME: this.cacheName, PORT: '0' }
    this.client = createClient({ url: redis.url, disableOfflineQueue: true })
    this.client.on('error', () => undefined)
  }

  static async start(name: string, env: Readonly<Record<string, string>>): Promise<Region> {
    const region = new Region(name, await startRedis({ appendfsync: 'always' }), env)
    await region.client.connect()
    return region
  }

  startWorker(): void {
    this.#worker = startProgram('worker', this.#env, {
      line: text => {
        const { applied, lags } = JSON.parse(text) as FlushLine
        this.writes += applied
        if (this.measures) this.lags.push(...lags)
      },
      log: line => this.#note(line),
    })
    const worker = this.#worker
    void worker.exited.then(code => {
      if (worker !== this.#worker) return
      // As Kubernetes would: a first start that fails is final for a process, not for its deployment.
      this.#note(`--- the worker ended with ${String(code)}`)
      if (++this.workerFailures <= maxFailures) this.startWorker()
    })
  }

  async killWorker(): Promise<void> {
    this.#note('--- the worker is killed')
    const worker = this.#worker
    this.#worker = undefined
    await worker?.kill('SIGKILL')
  }

  /** Runs the command that seeds the cache; rejects when it fails. */
  async seed(): Promise<void> {
    let before = 0
    this.#seeder = startProgram('seed-main', this.#env, {
      line: text => {
        this.seeding = JSON.parse(text) as SeedLine
        this.writes += this.seeding.written - before
        before = this.seeding.written
      },
      log: line => this.#note(`seeding: ${line}`),
    })
    const code = await this.#seeder.exited
    if (code !== 0)
      throw new Error(
        `The seeding of ${this.name} ended with ${String(code)}: ${this.log.filter(line => line.includes('seeding:')).at(-1) ?? 'it said nothing'}`,
      )
  }

  /** Kills the cache's server, and starts it again after a while. */
  async crashRedis(how: { readonly wiped: boolean }): Promise<void> {
    this.#note('--- Redis is killed')
    await this.redis.kill()
    await delay(1_500)
    await this.redis.restart(how)
    while (!this.client.isReady) await delay(50)
  }

  /** Why the cache must be seeded again, if it must. */
  async lost(): Promise<string | null> {
    const { itemsState, countersState } = cacheKeys(this.cacheName)
    return (await this.client.hGet(itemsState, 'lost')) ?? this.client.hGet(countersState, 'lost')
  }

  /** Stops the worker gracefully; gives its exit code. */
  async stopWorker(): Promise<number | null> {
    const worker = this.#worker
    this.#worker = undefined
    return (await worker?.kill('SIGTERM')) ?? 0
  }

  async end(): Promise<void> {
    await Promise.all([this.#worker?.kill('SIGKILL'), this.#seeder?.kill('SIGKILL')])
    this.client.destroy()
    await this.redis.stop()
  }

  #note(line: string): void {
    this.log.push(`${new Date().toISOString()} ${this.name} ${line}`)
    if (process.env['VERBOSE'] === '1') process.stderr.write(`${this.name} ${line}\n`)
  }
}
