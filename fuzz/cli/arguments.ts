import { given, givenList, readOptions, UsageError, wholeNumber } from '../../scripts/command-line.ts'

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

/** What `--help` prints. */
export const usage = `Usage: npm run fuzz -- [options]

Gives tsmld inputs made from recorded sessions, and keeps those that take new ways through the code. Ends at the first input that breaks a property.

  --inputs N        how many, over all targets (1,000,000)
  --seed N          the same seed makes the same inputs, where no earlier run left a corpus (1)
  --target NAME,…   only these
  --replay FILE     gives one input once more: a file of .cache/fuzz/findings
  --java            the daemon's reader of frames, by Jazzer; what Maven and Jazzer print goes to a log
  --help            this text
`

/** Reads the command line. @throws UsageError */
export function parseArguments(args: readonly string[]): FuzzArguments {
  const texts = ['inputs', 'seed', 'target', 'replay'] as const
  const { inputs, seed, target, replay, java, help } = readOptions(args, texts, ['java', 'help'])
  if (java && (target ?? replay) !== undefined)
    throw new UsageError('--java goes without --target and --replay: it has one target of its own')
  return {
    inputs: given(inputs, text => wholeNumber('--inputs', text, 1)) ?? 1_000_000,
    seed: given(seed, text => wholeNumber('--seed', text, 0)) ?? 1,
    targets: givenList(target, name => name),
    replay: replay ?? null,
    java,
    help,
  }
}
