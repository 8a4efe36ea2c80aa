// The short form of fuzzing: inputs that a seed decides, the same in every run. `npm run fuzz` is the long one.
import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import fc from 'fast-check'
import { loadTargets } from '../../fuzz/build/load-targets.ts'
import { fuzz } from '../../fuzz/engine/fuzz.ts'
import { Random } from '../../fuzz/engine/random.ts'
import { mutate } from '../../fuzz/mutate/mutate.ts'

const seed = 20_261
/** Over all targets: what the coverage guides, and what fast-check draws. */
const guided = 80_000
const drawn = 20_000

const { targets, coverage } = await loadTargets()
const weights = targets.reduce((sum, { weight }) => sum + weight, 0)
const shareOf = (inputs: number, weight: number): number => Math.ceil((inputs * weight) / weights)

for (const target of targets) {
  test(`${target.name}: inputs that take new ways break nothing`, async t => {
    const inputs = shareOf(guided, target.weight)
    const { failure, branches, corpus } = await fuzz({
      target,
      coverage,
      inputs,
      seed,
      saved: [],
      watchdog: null,
      onProgress: () => {},
    })
    say(t, `${inputs} inputs of seed ${seed}, corpus ${corpus}, branches ${branches}`)
    if (failure === null) {
      assert.ok(
        corpus > target.seeds().length + 1,
        'no input took a new way: nothing guides, or all is refused at once',
      )
      return
    }
    t.diagnostic(`the smallest input, in base64: ${failure.input.toString('base64')}`)
    throw failure.error
  })

  test(`${target.name}: changed recordings break nothing`, async t => {
    const seeds = target.seeds()
    const inputs = shareOf(drawn, target.weight)
    say(t, `${inputs} inputs of seed ${seed}`)
    const input = fc
      .tuple(fc.constantFrom(...seeds), fc.constantFrom(...seeds), fc.nat())
      .map(([one, other, choices]) => {
        return mutate(one, other, target.structure, new Random(choices))
      })
    await fc.assert(
      fc.asyncProperty(input, async bytes => {
        await target.run(Buffer.from(bytes))
      }),
      { numRuns: inputs, seed },
    )
  })
}

const say = (t: TestContext, what: string): void => {
  t.diagnostic(what)
}
