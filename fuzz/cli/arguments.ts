import { parseArgs } from 'node:util'

/** What was asked for. */
export interface FuzzArguments {
  readonly inputs: number
  readonly seed: number
  /** Null: all of them. */
  readonly targets: readonly string[] | null
  /** A file with an input to give once more. */
  readonly replay: string | null
  /** Whether the daemon's Java is fuzzed instead. */
  readonly java: boolean
  readonly help: boolean
}

/** A mistake in the arguments, to be told without a stack. */
export class UsageError extends Error {}

/** What `--help` prints. */
export const usage = `Usage: npm run fuzz -- [options]

Gives tsmld inputs made from recorded sessions, and keeps those that take new ways through the code. Ends at the first input that breaks a property.

  --inputs N        how many, over all targets (1,000,000)
  --seed N          the same seed makes the same inputs, where no earlier run left a corpus (1)
  --target NAME,…   only these
  --replay FILE     gives one input once more: a file of .cache/fuzz/findings
  --java            the daemon's reader of frames, by Jazzer
  --help            this text
`

/** Reads the command line. @throws UsageError */
export function parseArguments(args: readonly string[]): FuzzArguments {
  const { inputs, seed, target, replay, java, help } = parse(args)
  return {
    inputs: wholeNumber('--inputs', inputs ?? '1000000', 1),
    seed: wholeNumber('--seed', seed ?? '1', 0),
    targets: target === undefined ? null : target.split(','),
    replay: replay ?? null,
    java: java === true,
    help: help === true,
  }
}

function parse(args: readonly string[]) {
  const text = { type: 'string' } as const
  const flag = { type: 'boolean' } as const
  try {
    const options = { inputs: text, seed: text, target: text, replay: text, java: flag, help: flag }
    return parseArgs({ args: [...args], options }).values
  } catch (error) {
    throw new UsageError((error as Error).message)
  }
}

function wholeNumber(option: string, text: string, least: number): number {
  const number = Number(text)
  if (!Number.isSafeInteger(number) || number < least)
    throw new UsageError(`${option}: '${text}' is no whole number from ${least} on`)
  return number
}
