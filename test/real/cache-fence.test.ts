// The fence and the chain of examples/cache-population, under any order of deliveries, replays, scans and sweeps, on a real Redis server.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { fenceKey } from '../../examples/cache-population/redis-scripts.ts'
import { countersRetention } from '../../examples/cache-population/retention.ts'
import { removeGone, writeScanned } from '../../examples/cache-population/scan-writes.ts'
import { Holding, placeOf, redisLab } from './support/cache-lab.ts'
import { Life } from './support/cache-life.ts'

const { client } = await redisLab()
const hour = 3_600_000
type Action =
  | { readonly kind: 'tableChanges' }
  | { readonly kind: 'deliver' | 'replay'; readonly back: number; readonly count: number }
  | { readonly kind: 'scanReads' | 'sweepReads' | 'sweepAsks' }
  | { readonly kind: 'scanWrites' | 'sweepWrites'; readonly which: number }

const action: fc.Arbitrary<Action> = fc.oneof(
  { weight: 4, arbitrary: fc.constant({ kind: 'tableChanges' } as const) },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constantFrom('deliver', 'replay'),
      back: fc.nat(6),
      count: fc.integer({ min: 1, max: 4 }),
    }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constantFrom('scanReads', 'sweepReads', 'sweepAsks') }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constantFrom('scanWrites', 'sweepWrites'), which: fc.nat(3) }) },
)

/** Plays the actions against a cache; `check` is called after each. */
class Play {
  readonly #life: Life
  readonly #check: () => Promise<void>
  /** Steps that the table has made, and that were delivered. */
  now = 0
  #delivered: number
  /** Steps that the stream has forgotten: nothing can deliver them again. */
  readonly #trimmed: number
  readonly #scans: ReturnType<Life['image']>[] = []
  readonly #sweeps: { fence: string; absentAt?: number | null }[] = []

  constructor(life: Life, check: () => Promise<void>, trimmed = 0) {
    this.#life = life
    this.#check = check
    this.#delivered = trimmed
    this.#trimmed = trimmed
  }

  async act(what: Action): Promise<void> {
    switch (what.kind) {
      case 'tableChanges':
        this.now = Math.min(this.now + 1, this.#life.last)
        break
      case 'deliver':
        await this.deliver(this.#delivered, Math.min(this.now, this.#delivered + what.count))
        break
      case 'replay': {
        // By whoever had the lease before, also of the parent when the child has begun.
        const from = Math.max(this.#trimmed, this.#delivered - what.back)
        await this.deliver(from, Math.min(this.#delivered, from + what.count))
        break
      }
      case 'scanReads':
        this.#scans.push(this.#life.image(this.now))
        break
      case 'scanWrites': {
        const image = this.#scans[what.which]
        if (image != null) await writeScanned(client, [image], hour)
        break
      }
      case 'sweepReads': {
        const fence = await client.get(fenceKey(this.#life.key))
        if (fence !== null) this.#sweeps.push({ fence })
        break
      }
      case 'sweepAsks':
        for (const sweep of this.#sweeps) sweep.absentAt ??= this.#life.image(this.now) === null ? this.now : null
        break
      case 'sweepWrites': {
        const sweep = this.#sweeps[what.which]
        if (sweep?.absentAt == null) break
        const before = await this.#life.stands()
        if ((await removeGone(client, [{ key: this.#life.key, fence: sweep.fence }], hour)) > 0)
          assert.ok(before <= sweep.absentAt, 'the sweep removed what came after it had asked the table')
        break
      }
    }
    await this.#check()
  }

  /** In order, the parent's before the child's, each shard by a flusher of its own. */
  async deliver(from: number, to: number): Promise<void> {
    for (let step = from; step < to; ) {
      const shardId = this.#life.shardOf(step + 1)
      const end = shardId === 'parent' ? Math.min(to, this.#life.roll) : to
      const holding = new Holding(client, `state:${this.#life.key}`, { shardId, keysPerCall: 1 })
      await holding.deliver(this.#life.changes(step, end))
      step = end
    }
    this.#delivered = Math.max(this.#delivered, to)
  }

  async deliverRest(): Promise<void> {
    this.now = this.#life.last
    await this.deliver(this.#delivered, this.#life.last)
  }
}

const lives = fc.record({
  steps: fc.array(fc.boolean(), { minLength: 1, maxLength: 12, size: 'max' }),
  roll: fc.nat(12),
  actions: fc.array(action, { maxLength: 40, size: 'max' }),
})

test('whatever is replayed, scanned and swept, in any order: the cache never goes back, and ends as the table', async () => {
  await fc.assert(
    fc.asyncProperty(lives, async ({ steps, roll, actions }) => {
      const life = new Life(client, steps, roll)
      let stood = -1
      const play = new Play(life, async () => {
        const stands = await life.stands()
        assert.ok(stands >= stood, `the cache went back from state ${stood} to ${stands}`)
        stood = stands
      })
      for (const each of actions) await play.act(each)
      await play.deliverRest()
      assert.equal(await client.get(life.key), life.states[life.last])
    }),
    { numRuns: 120 },
  )
})

test('a cache that missed changes for ever is mended by a scan and a sweep, while the stream goes on', async () => {
  await fc.assert(
    fc.asyncProperty(lives, fc.nat(12), fc.nat(12), async ({ steps, roll, actions }, seen, missed) => {
      const life = new Life(client, steps, roll)
      const before = new Play(life, async () => {})
      before.now = Math.min(seen, life.last)
      await before.deliver(0, before.now)
      // The stream has forgotten these.
      const trimmed = Math.min(before.now + missed, life.last)
      const play = new Play(life, async () => {}, trimmed)
      play.now = trimmed
      // The reseed: a scan, and a sweep of what the scan did not find, each at any moment.
      for (const each of actions.slice(0, 20)) await play.act(each)
      const image = life.image(play.now)
      if (image !== null) await writeScanned(client, [image], hour)
      const fence = await client.get(fenceKey(life.key))
      if (life.image(play.now) === null && fence !== null) await removeGone(client, [{ key: life.key, fence }], hour)
      for (const each of actions.slice(20)) await play.act(each)
      await play.deliverRest()
      assert.equal(await client.get(life.key), life.states[life.last])
    }),
    { numRuns: 80 },
  )
})

test('items without a version: it converges all the same, but a scan gives way to an older change for a moment', async () => {
  await fc.assert(
    fc.asyncProperty(lives, async ({ steps, roll, actions }) => {
      const life = new Life(client, steps, roll, false)
      const play = new Play(life, async () => {})
      for (const each of actions) if (!each.kind.startsWith('sweep')) await play.act(each)
      await play.deliverRest()
      assert.equal(await client.get(life.key), life.states[life.last])
    }),
    { numRuns: 40 },
  )
  // This is why items should have one.
  const life = new Life(client, [true, true], 0, false)
  const image = life.image(2)
  assert.ok(image)
  await writeScanned(client, [image], hour)
  await new Holding(client, `state:${life.key}`).deliver(life.changes(0, 1))
  assert.equal(await client.get(life.key), 'state 1')
})

test('fences that would not outlive what the stream can replay are refused', () => {
  for (const tombstoneMs of [hour, hour - 1, Number.NaN])
    assert.throws(
      () => new Holding(client, 'refused', { tombstoneMs, retentionMs: hour }),
      (error: unknown) => error instanceof RangeError && /tombstoneMs is .* more than retentionMs/.test(error.message),
    )
  // Where only the one is given, the other's default counts.
  assert.throws(() => new Holding(client, 'refused', { retentionMs: 7 * 24 * hour }), /tombstoneMs is 172800000/)
})

test('increments that are days old are none of the last that their stream keeps', async () => {
  const counters = new Holding(client, 'late increments', countersRetention)
  await counters.deliver([{ ...placeOf(1), write: { kind: 'add', key: 'late:count', by: 1 } }], 100 * hour)
  assert.deepEqual(counters.lost, [])
  await counters.deliver([{ ...placeOf(2), write: { kind: 'add', key: 'late:count', by: 1 } }], 162 * hour)
  assert.match(String(counters.lost[0]), /older ones may be gone/)
})
