import { givenList, oneOf, readOptions, wholeNumber } from '../../scripts/command-line.ts'
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
  const texts = ['json', 'only', 'shards', 'bytes', 'consumers', 'erlmld', 'profile'] as const
  const { quick, json, only, shards, bytes, consumers, erlmld, profile, help } = readOptions(args, texts, [
    'quick',
    'help',
  ])
  return {
    quick,
    json: json ?? null,
    only: givenList(only, name => oneOf('--only', name, groups)),
    shards: givenList(shards, text => wholeNumber('--shards', text, 1, 1_000)),
    bytes: givenList(bytes, text => wholeNumber('--bytes', text, 1, 1 << 20)),
    consumers: givenList(consumers, name => oneOf('--consumers', name, bridgeConsumers)),
    erlmld: erlmld ?? env['ERLMLD_EBIN'] ?? null,
    profile: profile ?? null,
    help,
  }
}
