import { onSignals } from '../../scripts/signals.ts'

/** That a signal came, and the run is to end. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted'
  readonly exitCode: number

  constructor(signal: string, exitCode: number) {
    super(`interrupted by ${signal}`)
    this.exitCode = exitCode
  }
}

/** Aborts its signal at the first SIGINT or SIGTERM, with an Interrupted as reason; one more, after a second, ends the process at once. */
export function abortOnSignals(): AbortSignal {
  const abort = new AbortController()
  onSignals((signal, exitCode) => abort.abort(new Interrupted(signal, exitCode)))
  return abort.signal
}

/** What was going on when a signal came. */
export interface Cut {
  /** Such as `interrupted by SIGINT`. */
  readonly why: string
  /** What the program was given. */
  readonly args: readonly string[]
  readonly out: string | null
  readonly seeds: readonly number[]
  /** How many of them are done, by this run or an earlier one. */
  readonly done: number
  /** The seed that was being run; null: none yet. */
  readonly cut: number | null
}

/** What an interrupted program leaves people with: what was cut, what is kept, and how to go on. */
export function describeCut({ why, args, out, seeds, done, cut }: Cut): string {
  const next = cut ?? seeds[done] ?? seeds[0] ?? 0
  const again = out === null ? [...seedless(args), ...seedArgs(next, seeds.at(-1) ?? next)] : namingSeed(args, next)
  const silent = args.includes('--json') ? '--silent ' : ''
  return [
    `${why}: ${cut === null ? 'no seed was being run' : `seed ${cut} was cut short, and its logs are removed`}`,
    out === null
      ? `nothing is kept without --out; ${done} of ${seeds.length} seeds were done`
      : `${out} has ${done} of ${seeds.length} seeds`,
    `to go on: npm run ${silent}chaos -- ${again.map(quoted).join(' ')}`,
  ].join('\n')
}

/** As it was given; without a seed it would draw a new one. */
const namingSeed = (args: readonly string[], seed: number): string[] =>
  args.length === seedless(args).length ? [...args, '--seed', String(seed)] : [...args]

const seedArgs = (first: number, last: number): string[] =>
  first === last ? ['--seed', String(first)] : ['--seeds', `${first}..${last}`]

/** Without the options that name seeds. */
const seedless = (args: readonly string[]): string[] =>
  args.filter((arg, place) => !/^--seeds?(=|$)/.test(arg) && !/^--seeds?$/.test(args[place - 1] ?? ''))

const quoted = (arg: string): string => (/^[\w@%+=:,./-]+$/.test(arg) ? arg : `'${arg.replaceAll("'", `'\\''`)}'`)
