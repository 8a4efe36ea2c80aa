import { mutate } from '../mutate/mutate.ts'
import type { Target } from '../target.ts'
import { Corpus } from './corpus.ts'
import type { Coverage } from './coverage.ts'
import { minimize } from './minimize.ts'
import { hashOf, Random } from './random.ts'
import { takeRejection } from './rejections.ts'
import type { Watchdog } from './watchdog.ts'

/** What an input broke. */
export interface Failure {
  readonly target: string
  /** The smallest input that still breaks it. */
  readonly input: Buffer
  readonly error: unknown
}

/** How far the fuzzing of a target has come. */
export interface Progress {
  readonly target: string
  readonly inputs: number
  readonly corpus: number
  readonly branches: number
}

/** What a run of one target is given. */
export interface FuzzOptions {
  readonly target: Target
  readonly coverage: Coverage
  readonly inputs: number
  readonly seed: number
  /** Inputs of earlier runs. */
  readonly saved: readonly Buffer[]
  readonly watchdog: Watchdog | null
  readonly onProgress: (progress: Progress) => void
}

const progressEvery = 20_000

/** Gives a target `inputs` inputs, each made of those that took new ways; ends at the first failure. */
export async function fuzz(
  options: FuzzOptions,
): Promise<Progress & { readonly kept: Corpus; readonly failure: Failure | null }> {
  const { target, coverage, inputs, seed, watchdog } = options
  const random = new Random(seed ^ hashOf(Buffer.from(target.name)))
  const corpus = new Corpus()
  const seeds = [Buffer.alloc(0), ...target.seeds(), ...options.saved]
  coverage.forget()
  const progress = (done: number): Progress => {
    return { target: target.name, inputs: done, corpus: corpus.size, branches: coverage.taken }
  }
  for (let done = 0; done < inputs; done++) {
    const input = seeds[done] ?? mutate(corpus.pick(random), corpus.pick(random), target.structure, random)
    coverage.reset()
    watchdog?.watch(target.name, input)
    const error = await failureOf(target, input)
    if (error !== null) {
      const failure = { target: target.name, input: await minimize(target, input, error), error: error.thrown }
      return { ...progress(done + 1), kept: corpus, failure }
    }
    if (coverage.learn() || done < seeds.length) corpus.add(input, random)
    if ((done + 1) % progressEvery === 0) options.onProgress(progress(done + 1))
  }
  return { ...progress(inputs), kept: corpus, failure: null }
}

/** What a target throws at an input; null where nothing. */
export async function failureOf(target: Target, input: Buffer): Promise<{ readonly thrown: unknown } | null> {
  try {
    // A copy: a target may change it.
    const run = target.run(Buffer.from(input))
    // Most are synchronous, and a turn for each would cost more than they do.
    if (run === undefined) return null
    await run
    return takeRejection()
  } catch (thrown) {
    return { thrown }
  }
}
