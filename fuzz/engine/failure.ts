import type { Target } from '../target.ts'
import { takeRejection } from './rejections.ts'

/** That something was thrown, whatever it is. */
export interface Broken {
  readonly thrown: unknown
}

/** What a target throws at an input; null where nothing. */
export async function failureOf(target: Target, input: Buffer): Promise<Broken | null> {
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

/** A rejection that nobody handled and that is no input's yet: Node tells of them only at the end of a turn. */
export async function lateRejection(): Promise<Broken | null> {
  await new Promise(resolve => setImmediate(resolve))
  return takeRejection()
}
