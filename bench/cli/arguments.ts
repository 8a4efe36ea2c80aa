import { parseArgs } from 'node:util'
import { type BridgeConsumer, bridgeConsumers } from '../report/results.ts'

/** The parts of a run. */
export const groups = ['bridge', 'dynamodb', 'threads', 'toolkit', 'endToEnd'] as const
/** One of {@link groups}. */
export type Group = (typeof groups)[number]

/** What was asked for; null where nothing was said. */
export interface BenchOptions {
  readonly quick: boolean
  readonly json: string | null
  readonly only: readonly Group[] | null
  readonly shards: readonly number[] | null
  readonly bytes: readonly number[] | null
  readonly consumers: readonly BridgeConsumer[] | null
  /** The folders of erlmld's and jiffy's compiled modules. */
  readonly erlmld: string | null
  /** Where CPU profiles go. */
  readonly profile: string | null
  readonly help: boolean
}

/** A mistake in the arguments, to be told without a stack. */
export class UsageError extends Error {}

/** What `--help` prints. */
export const usage = `Usage: npm run bench -- [options]

Measures tsmld beside its peers on this machine; needs a JDK 17 or newer and socat, no AWS. A full run takes about 20 minutes.

  --quick               a small form of every group, within 45 seconds
  --json FILE           writes the results as JSON as well
  --only GROUP,…        ${groups.join(', ')}
  --shards N,…          group bridge: these numbers of shards (1,4,16,64 and 256)
  --bytes N,…           group bridge: these sizes of records (100,1024,10240)
  --consumers NAME,…    group bridge: ${bridgeConsumers.join(', ')}
  --erlmld DIR[:DIR…]   where erlmld's and jiffy's compiled modules (.beam) are, to have it measured as well; or ERLMLD_EBIN
  --profile DIR         leaves a CPU profile of each Node program of ours in DIR; figures of such a run are slower
  --help                this text
`

/** Reads the command line. @throws UsageError */
export function parseArguments(args: readonly string[], env: NodeJS.ProcessEnv = {}): BenchOptions {
  const { quick, json, only, shards, bytes, consumers, erlmld, profile, help } = parse(args)
  return {
    quick: quick === true,
    json: json ?? null,
    only: oneOf('--only', only, groups),
    shards: numbers('--shards', shards, 1_000),
    bytes: numbers('--bytes', bytes, 1 << 20),
    consumers: oneOf('--consumers', consumers, bridgeConsumers),
    erlmld: erlmld ?? env['ERLMLD_EBIN'] ?? null,
    profile: profile ?? null,
    help: help === true,
  }
}

function parse(args: readonly string[]) {
  const text = { type: 'string' } as const
  const flag = { type: 'boolean' } as const
  try {
    return parseArgs({
      args: [...args],
      options: {
        quick: flag,
        json: text,
        only: text,
        shards: text,
        bytes: text,
        consumers: text,
        erlmld: text,
        profile: text,
        help: flag,
      },
    }).values
  } catch (error) {
    throw new UsageError((error as Error).message)
  }
}

function oneOf<T extends string>(option: string, given: string | undefined, known: readonly T[]): T[] | null {
  if (given === undefined) return null
  return given.split(',').map(name => {
    const found = known.find(each => each.toLowerCase() === name.toLowerCase())
    if (found === undefined) throw new UsageError(`${option}: there is no '${name}', only ${known.join(', ')}`)
    return found
  })
}

function numbers(option: string, given: string | undefined, most: number): number[] | null {
  if (given === undefined) return null
  return given.split(',').map(text => {
    const number = Number(text)
    if (!Number.isInteger(number) || number < 1 || number > most)
      throw new UsageError(`${option}: '${text}' is no whole number from 1 to ${most}`)
    return number
  })
}
