import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import type { AttributeValue } from '@aws-sdk/client-dynamodb'
import type { CacheKeys } from './cache-keys.ts'
import { patiently } from './patiently.ts'
import { type RedisClient, runScript, script } from './redis-scripts.ts'

type Place = Record<string, AttributeValue> | 'done' | undefined

const lockMs = 30_000

// KEYS: progress, lock, STATE, STATE of the counters. ARGV: the run and its holder first.
const holds = `if redis.call('HGET', KEYS[1], 'run') ~= ARGV[1] or redis.call('GET', KEYS[2]) ~= ARGV[2] then return 0 end
redis.call('PEXPIRE', KEYS[2], ${lockMs})`
const saveScript = script(
  holds,
  `redis.call('HSET', KEYS[1], ARGV[3], ARGV[4])
redis.call('HINCRBY', KEYS[1], 'items', ARGV[5])
return 1`,
)
// What was found lost after this run began, it may not have mended. What counters lost nobody can: who seeds has heard of it.
const finishScript = script(
  holds,
  `local function ended(state, field)
  local lost, losses = unpack(redis.call('HMGET', state, 'lost', 'losses'))
  local isSame = (losses or '0') == redis.call('HGET', KEYS[1], field)
  if isSame then redis.call('HDEL', state, 'lost') end
  return isSame, lost
end
local isWhole, lost = ended(KEYS[3], 'losses')
local isTold, counters = ended(KEYS[4], 'countersLosses')
redis.call('DEL', KEYS[1])
if isWhole then redis.call('HSET', KEYS[3], 'seededAt', ARGV[1]) end
return {isWhole and 1 or 0, lost, isTold and counters}`,
)
const releaseScript = script(`if redis.call('GET', KEYS[2]) == ARGV[2] then redis.call('DEL', KEYS[2]) end
return 1`)

/** How a seeding begins. */
export interface RunOptions {
  readonly segments: number
  /** Whether the cache lost its data while it was seeded: what a scan had read before may have been written after. */
  readonly isAnew: boolean
  /** How long a new one waits first: a loss is found out by one shard after the other, and what is found out later counts as another. */
  readonly settleMs: number
  /** Ends the wait, and the patience with a Redis that is away. */
  readonly signal?: AbortSignal | undefined
}

/** How far a seeding is, kept in the cache itself: a cache that loses its data loses this as well, and is seeded from the beginning. */
export class SeedProgress {
  readonly #client: RedisClient
  readonly #keys: readonly string[]
  /** When the run began, in epoch milliseconds. */
  readonly #run: string
  readonly #holder: string
  readonly #fields: ReadonlyMap<string, string>
  readonly #signal: AbortSignal | undefined
  readonly #beat: NodeJS.Timeout
  #isGone = false

  private constructor(
    client: RedisClient,
    keys: readonly string[],
    holder: string,
    fields: ReadonlyMap<string, string>,
    signal: AbortSignal | undefined,
  ) {
    this.#client = client
    this.#keys = keys
    this.#holder = holder
    this.#fields = fields
    this.#signal = signal
    this.#run = fields.get('run') ?? ''
    this.#beat = setInterval(() => {
      this.#call(saveScript, ['beat', '', '0']).catch(() => undefined)
    }, lockMs / 3)
  }

  /** Goes on with the run that was interrupted, or begins one. @throws Error when another seeding runs. */
  static async begin(
    client: RedisClient,
    { itemsState, countersState }: Pick<CacheKeys, 'itemsState' | 'countersState'>,
    { segments, isAnew, settleMs, signal }: RunOptions,
  ): Promise<SeedProgress> {
    const keys = [`${itemsState}:seed`, `${itemsState}:seed:lock`, itemsState, countersState]
    const [progressKey = '', lockKey = ''] = keys
    const holder = randomUUID()
    const send = <T>(...command: readonly string[]) =>
      patiently(() => client.sendCommand(command) as Promise<T>, signal)
    const taken = await send('SET', lockKey, holder, 'NX', 'PX', String(lockMs))
    // Whose answer was lost has taken it all the same.
    if (taken === null && (await send('GET', lockKey)) !== holder)
      throw new Error(
        `Another seeding of this cache runs, or was killed within the last ${String(lockMs / 1_000)} s: wait for it.`,
      )
    const names = [
      'run',
      'segments',
      'items',
      'sweeps',
      ...Array.from({ length: segments }, (_, n) => `segment:${String(n)}`),
    ]
    const saved = await send<(string | null)[]>('HMGET', progressKey, ...names)
    let fields = new Map(names.flatMap((name, n) => (saved[n] == null ? [] : [[name, saved[n]] as const])))
    if (fields.get('segments') !== String(segments)) {
      // Who is told to end meanwhile gives the lock back, as at any other time.
      await delay(settleMs, undefined, signal && { signal }).catch(() => undefined)
      const told = (state: string) => send<(string | null)[]>('HMGET', state, 'losses', 'seededAt', 'lost')
      const [losses, ...history] = await told(itemsState)
      const [countersLosses] = await told(countersState)
      fields = new Map([
        ['run', String(Date.now())],
        ['segments', String(segments)],
        ['losses', losses ?? '0'],
        ['countersLosses', countersLosses ?? '0'],
        ['sweeps', !isAnew && history.every(each => each === null) ? 'no' : 'yes'],
      ])
      await send('DEL', progressKey)
      await send('HSET', progressKey, ...[...fields].flat())
    }
    return new SeedProgress(client, keys, holder, fields, signal)
  }

  /** Whether the cache no longer knows this run. */
  get isGone(): boolean {
    return this.#isGone
  }

  /** Whether the cache may have keys that the table no longer has: one that was never seeded and never lost anything has heard of every removal. */
  get sweeps(): boolean {
    return this.#fields.get('sweeps') !== 'no'
  }

  /** Items read before. */
  get items(): number {
    return Number(this.#fields.get('items') ?? 0)
  }

  /** Behind which key a segment goes on. */
  from(segment: number): Place {
    const saved = this.#fields.get(`segment:${String(segment)}`)
    return saved === undefined ? undefined : (JSON.parse(saved) as Place)
  }

  /** Tries again while Redis is away. */
  patiently<T>(call: () => Promise<T>): Promise<T> {
    return patiently(call, this.#signal, () => this.#isGone)
  }

  /** Notes that a segment is in the cache up to a key. */
  async save(segment: number, place: Place, items: number): Promise<void> {
    const args = [`segment:${String(segment)}`, JSON.stringify(place), String(items)]
    await this.patiently(() => this.#call(saveScript, args))
  }

  /** The cache is whole; gives what its counters had lost, if anything. @throws Error when it lost changes while it was seeded. */
  async finish(): Promise<string | null> {
    const answer = await this.patiently(() => this.#call(finishScript, []))
    const [isWhole, lost, counters] = answer as [number, string | null, string | null]
    if (isWhole !== 1)
      throw new Error(`The cache lost changes while it was seeded (${String(lost)}): seed it once more.`)
    return counters
  }

  async release(): Promise<void> {
    clearInterval(this.#beat)
    await runScript(this.#client, releaseScript, this.#keys, [this.#run, this.#holder]).catch(() => undefined)
  }

  async #call(what: typeof saveScript, args: readonly string[]): Promise<unknown> {
    const answer = await runScript(this.#client, what, this.#keys, [this.#run, this.#holder, ...args])
    if (answer !== 0) return answer
    this.#isGone = true
    throw new Error('The cache knows nothing of this seeding any more.')
  }
}
