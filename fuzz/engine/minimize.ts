import type { Target } from '../target.ts'
import { type Broken, failureOf } from './failure.ts'

const mostTries = 3_000

/** The smallest input that breaks the same: units are left out, then bytes, as long as the error keeps its kind. */
export async function minimize(target: Target, input: Buffer, failure: Broken): Promise<Buffer> {
  const wanted = kindOf(failure.thrown)
  let tries = mostTries
  const breaks = async (candidate: Buffer): Promise<boolean> => {
    tries--
    const broken = await failureOf(target, candidate)
    return broken !== null && kindOf(broken.thrown) === wanted
  }
  let smallest = await without(input, target.structure.split(input), breaks, () => tries > 0)
  for (const step of [64, 16, 4, 1]) {
    const pieces = Array.from({ length: Math.ceil(smallest.length / step) }, (_, index) =>
      smallest.subarray(index * step, (index + 1) * step),
    )
    smallest = await without(smallest, pieces, breaks, () => tries > 0)
  }
  return smallest
}

/** Leaves out every piece without which it still breaks. */
async function without(
  input: Buffer,
  pieces: readonly Buffer[],
  breaks: (candidate: Buffer) => Promise<boolean>,
  goesOn: () => boolean,
): Promise<Buffer> {
  let kept = [...pieces]
  let smallest = input
  for (let at = kept.length - 1; at >= 0 && goesOn(); at--) {
    const fewer = kept.toSpliced(at, 1)
    const candidate = Buffer.concat(fewer)
    if (!(await breaks(candidate))) continue
    kept = fewer
    smallest = candidate
  }
  return smallest
}

/** The same defect, as far as can be told: its class and message without numbers and quotations. */
function kindOf(error: unknown): string {
  const { name, message } = error as Error
  return `${name} ${message.replace(/[^a-zA-Z ].*$/s, '')}`
}
