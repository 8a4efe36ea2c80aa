// A cache of examples/cache-population that says that it is whole is as the table: whatever is wiped, comes back with an old file, is replayed and seeded at the same time, on a real Redis server.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { redisLab } from './support/cache-lab.ts'
import { CacheWorld, type WorldStep } from './support/cache-world.ts'

const { client } = await redisLab()

const step: fc.Arbitrary<WorldStep> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('change' as const), item: fc.nat(2), writes: fc.boolean() }) },
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('deliver' as const), count: fc.integer({ min: 1, max: 3 }) }) },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      ...(['heartbeat', 'checkpoint', 'restart', 'sleep', 'wake'] as const).map(kind => ({ kind })),
    ),
  },
  { weight: 1, arbitrary: fc.constantFrom(...(['roll', 'wipe', 'stopSeeding'] as const).map(kind => ({ kind }))) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('rollBack' as const), calls: fc.integer({ min: 1, max: 6 }) }),
  },
)

test('a cache that says it is whole is as the table', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.record({
        before: fc.array(step, { maxLength: 12, size: 'max' }),
        seedings: fc.array(fc.array(fc.array(step, { maxLength: 2 }), { maxLength: 25, size: 'max' }), {
          minLength: 1,
          maxLength: 3,
        }),
        after: fc.array(step, { maxLength: 12, size: 'max' }),
      }),
      async ({ before, seedings, after }) => {
        const world = await CacheWorld.begin(client)
        await world.play(before)
        for (const between of seedings) await world.seed(between)
        await world.play(after)
        await world.settle()
        // As its operator would, who seeds until nothing more is said.
        for (let seedings = 0; (await world.says()) !== null; seedings++) {
          assert.ok(seedings < 3, `it is not whole after ${seedings} seedings: ${await world.says()}`)
          await world.seed([])
          await world.settle()
        }
        assert.deepEqual(await world.cache(), world.table())
      },
    ),
    { numRuns: 80 },
  )
})
