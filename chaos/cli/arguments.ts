import { given, givenList, oneOf, readOptions, UsageError, wholeNumber } from '../../scripts/command-line.ts'
import { faultKinds, specOf } from '../plan/fault.ts'
import type { Handling, PlanRequest } from '../plan/plan.ts'

/** What was asked for. */
export interface ChaosOptions extends Omit<PlanRequest, 'seed'> {
  /** Run one after another on one local stack. */
  readonly seeds: readonly number[]
  readonly json: boolean
  /** A file that gets each run's JSON line, and whose seeds are not run again. */
  readonly out: string | null
  /** Shows the schedules, and runs nothing. */
  readonly dry: boolean
  readonly help: boolean
}

const handlings: readonly Handling[] = ['bare', 'eachRecord', 'eachBatch']

/** What `--help` prints. */
export const usage = `Usage: npm run chaos -- [options]

Shows that nothing is lost: workers of one application share the shards of a stream on the local stack, faults strike them, and at the end every record is accounted for. Exit code 1 where one
is not, or anything else is wrong; the logs then stay in a folder, which is named. The same seed gives the same schedule.

  --seed N              the schedule (default: a new one)
  --seeds A..B          these seeds, one after another on one stack; with a table at the end
  --seconds S           how long faults strike (60)
  --workers N           how many workers (2 or 3, by the seed)
  --shards N            how many shards at first (2 to 4, by the seed)
  --handling NAME       ${handlings.join(', ')} (by the seed)
  --daemon NAME         embedded or stock (embedded)
  --table yes|no        whether a DynamoDB stream is processed beside the Kinesis stream (by the seed)
  --only KIND,…         faults of these kinds only
  --json                ends with one line of JSON for each seed that was run; all else goes to stderr (npm run --silent chaos -- …, or npm's own lines go to stdout)
  --out FILE            adds the line of each seed to FILE, and passes over seeds that it has from the same options and the same schedule; exit code 1 where one of those was not ok
  --dry                 shows the schedule, and runs nothing
  --help                this text

Ctrl-C ends it with exit code 130 (SIGTERM: 143), and says how to go on.

Kinds of faults, each with its letter in the time line:
${faultKinds.map(kind => `  ${specOf(kind).mark}  ${kind.padEnd(16)} ${specOf(kind).what}`).join('\n')}
`

/** Reads the command line. @throws UsageError */
export function parseArguments(args: readonly string[], newSeed: () => number): ChaosOptions {
  const texts = ['seed', 'seeds', 'seconds', 'workers', 'shards', 'handling', 'daemon', 'table', 'only', 'out'] as const
  const { seed, seeds, out, json, dry, help, ...rest } = readOptions(args, texts, ['json', 'dry', 'help'])
  if (seed !== undefined && seeds !== undefined) throw new UsageError('give --seed or --seeds, not both')
  return {
    seeds: given(seeds, rangeOf) ?? [given(seed, text => wholeNumber('--seed', text, 0, 2 ** 31 - 1)) ?? newSeed()],
    seconds: given(rest.seconds, text => wholeNumber('--seconds', text, 1, 86_400)) ?? 60,
    workers: given(rest.workers, text => wholeNumber('--workers', text, 1, 16)),
    shards: given(rest.shards, text => wholeNumber('--shards', text, 1, 128)),
    handling: given(rest.handling, name => oneOf('--handling', name, handlings)),
    daemon: given(rest.daemon, name => oneOf('--daemon', name, ['embedded', 'stock'])) ?? 'embedded',
    table: given(rest.table, text => oneOf('--table', text, ['yes', 'no']) === 'yes'),
    only: givenList(rest.only, kind => oneOf('--only', kind, faultKinds)),
    json,
    out: out ?? null,
    dry,
    help,
  }
}

function rangeOf(text: string): number[] {
  const [, first, last] = /^(\d+)\.\.(\d+)$/.exec(text) ?? []
  const [from, to] = [Number(first), Number(last)]
  if (!(from <= to)) throw new UsageError(`--seeds: '${text}' is no range such as 1..50`)
  return Array.from({ length: to - from + 1 }, (_, place) => from + place)
}
