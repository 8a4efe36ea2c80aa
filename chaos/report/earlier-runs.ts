// A file of `--out`: a line of JSON for each run, the newest last. What it has is not run again, where it was run in the same way.
import { UsageError } from '../../scripts/command-line.ts'
import type { Plan } from '../plan/plan.ts'
import { digestOf, type RunLine, type Settings, settingsOf } from './run-line.ts'

/** A run that a file has. */
export interface EarlierRun {
  readonly seed: number
  readonly ok: boolean
  /** Null: a line of an earlier version, which does not tell what the seed was run with. */
  readonly line: RunLine | null
}

/** What a file holds. */
export interface EarlierRuns {
  readonly runs: readonly EarlierRun[]
  /** How the file ends: as it should; in a whole line without its end; or in the beginning of one, as a run that was killed leaves it. */
  readonly end: 'whole' | 'unended' | 'cut'
}

/** Reads a file's text. @throws UsageError where it is no file of chaos' */
export function parseRuns(file: string, text: string): EarlierRuns {
  const lines = text.split('\n')
  const last = lines.pop() ?? ''
  const runs = lines.flatMap((line, place) => {
    if (line.trim() === '') return []
    const run = runOf(line)
    if (run === null) throw new UsageError(foreign(file, place + 1))
    return [run]
  })
  if (last.trim() === '') return { runs, end: 'whole' }
  const run = runOf(last)
  if (run !== null) return { runs: [...runs, run], end: 'unended' }
  if (!isBeginning(last)) throw new UsageError(foreign(file, lines.length + 1))
  return { runs, end: 'cut' }
}

const foreign = (file: string, line: number): string =>
  `--out: ${file} is no file of chaos' runs (line ${line} is none): nothing is added to it. Name another file`

/** What is to be done about the plans, given what a file has. */
export interface Decision {
  readonly toRun: readonly Plan[]
  /** Passed over, in the order of the plans. */
  readonly had: readonly RunLine[]
  /** Sentences about seeds that the file has and that are run all the same. */
  readonly notices: readonly string[]
}

/** A seed is passed over where the file has it from the same settings and the same schedule; of several such runs the last counts. */
export function decide(file: string, plans: readonly Plan[], runs: readonly EarlierRun[]): Decision {
  const toRun: Plan[] = []
  const had: RunLine[] = []
  const differing = new Map<string, number[]>()
  for (const plan of plans) {
    const ofSeed = runs.filter(({ seed }) => seed === plan.seed)
    const same = ofSeed.findLast(run => differenceOf(run, plan) === null)?.line
    const last = ofSeed.at(-1)
    if (same !== undefined && same !== null) {
      had.push(same)
      continue
    }
    toRun.push(plan)
    const difference = last === undefined ? null : differenceOf(last, plan)
    if (difference !== null) differing.set(difference, [...(differing.get(difference) ?? []), plan.seed])
  }
  const notices = [...differing].map(([difference, seeds]) =>
    seeds.length === 1
      ? `seed ${seeds[0]}: ${file} has it ${difference}: it is run`
      : `seeds ${seeds.join(', ')}: ${file} has them ${difference}: they are run`,
  )
  return { toRun, had, notices }
}

/** How a run differs from what a plan would be, as the end of a sentence; null where it does not. */
function differenceOf({ line }: EarlierRun, plan: Plan): string | null {
  if (line === null) return 'from an earlier version, which did not write down what it was run with'
  const now = settingsOf(plan)
  const names = (Object.keys(now) as (keyof Settings)[]).filter(name => told(line[name]) !== told(now[name]))
  if (names.length > 0)
    return `with ${names.map(name => `${name} ${told(line[name])}, not ${told(now[name])}`).join('; ')}`
  return line.schedule === digestOf(plan) ? null : 'with another schedule, as an earlier version drew it'
}

const told = (setting: Settings[keyof Settings]): string =>
  setting === null ? 'all' : Array.isArray(setting) ? setting.join(',') : String(setting)

/** Null where it is no line of chaos'. */
function runOf(text: string): EarlierRun | null {
  const value = parsed(text)
  if (typeof value !== 'object' || value === null) return null
  const { seed, ok } = value as Partial<RunLine>
  if (typeof seed !== 'number' || typeof ok !== 'boolean') return null
  return { seed, ok, line: isWhole(value) ? value : null }
}

/** Whether it has all that is compared and shown. */
function isWhole(value: object): value is RunLine {
  const line = value as Partial<RunLine>
  const counts = [
    line.produced,
    line.lost,
    line.unexpected,
    line.outOfOrder,
    line.duplicates,
    line.struck,
    line.seconds,
  ]
  return (
    counts.every(count => typeof count === 'number') &&
    typeof line.schedule === 'string' &&
    Array.isArray(line.takeoverMs)
  )
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return null
  }
}

/** Whether a text that is no JSON may be where one of chaos' lines was cut off. */
const isBeginning = (text: string): boolean =>
  [true, false].map(ok => `{"ok":${ok},"seed":`).some(head => head.startsWith(text) || text.startsWith(head))
