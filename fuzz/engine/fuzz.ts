import { mutate } from '../mutate/mutate.ts'
import type { Target } from '../target.ts'
import { Corpus } from './corpus.ts'
import type { Coverage } from './coverage.ts'
import { failureOf, lateRejection } from './failure.ts'
import { minimize } from './minimize.ts'
import { hashOf, Random } from './random.ts'
import type { Watchdog } from './watchdog.ts'

/** What an input broke. */
export interface Failure {
  readonly target: string
  /** The smallest input that still breaks it; the last of all where a rejection came too late to say whose it is. */
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
  let input: Buffer = Buffer.alloc(0)
  for (let done = 0; done < inputs; done++) {
    input = seeds[done] ?? mutate(corpus.pick(random), corpus.pick(random), target.structure, random)
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
  const late = await lateRejection()
  return {
    ...progress(inputs),
    kept: corpus,
    failure: late === null ? null : { target: target.name, input, error: late.thrown },
  }
}
