import { type LocalStack, startLocalStack } from 'tsmld-local'
import { setUp } from '../../scripts/set-up.ts'
import { type Plan, planOf } from '../plan/plan.ts'
import { decide } from '../report/earlier-runs.ts'
import { type RunLine, runLine } from '../report/run-line.ts'
import { orAborted } from '../run/or-aborted.ts'
import { runSeed } from '../run/run-seed.ts'
import type { ChaosOptions } from './arguments.ts'
import { consoleObserver, describeOutcome, describePlan } from './console.ts'
import { abortOnSignals, describeCut, Interrupted } from './interruption.ts'
import { openOut, readOut } from './out-file.ts'
import { describeAll, type Row } from './table.ts'

/** Runs what was asked for and is not done yet, and tells of it. @throws UsageError where the file of `--out` cannot be used */
export async function runSeeds(options: ChaosOptions): Promise<void> {
  const write = (text: string): void => {
    ;(options.json ? process.stderr : process.stdout).write(`${text}\n`)
  }
  const { out, seeds } = options
  const all = seeds.map(seed => planOf({ ...options, seed }))
  if (options.dry) {
    const { toRun, notices } = decide(out ?? '', all, out === null ? [] : readOut(out))
    for (const text of [...notices, ...toRun.map(describePlan)]) write(text)
    return
  }
  const file = out === null ? null : openOut(out)
  const { toRun, had, notices } = decide(out ?? '', all, file?.runs ?? [])
  for (const notice of [...(file?.notices ?? []), ...notices]) write(notice)
  for (const { seed } of had.filter(({ ok }) => !ok)) write(`seed ${seed}: NOT OK in ${out}`)
  const rows: Row[] = had.map(line => ({ line, isEarlier: true }))
  const signal = abortOnSignals()
  let cut: number | null = null
  try {
    await runEach(toRun, write, signal, {
      begun(seed) {
        cut = seed
      },
      done(line) {
        file?.add(line)
        if (options.json) process.stdout.write(`${JSON.stringify(line)}\n`)
        rows.push({ line, isEarlier: false })
        cut = null
      },
    })
  } catch (error) {
    if (!(error instanceof Interrupted)) throw error
    write(describeCut({ why: error.message, args: process.argv.slice(2), out, seeds, done: rows.length, cut }))
    // What was cut is not waited for.
    process.exit(error.exitCode)
  }
  if (rows.length > 1) write(describeAll(rows, seeds, out))
  if (toRun.length === 0)
    write(`${out} has ${seeds.length === 1 ? `seed ${seeds[0]}` : 'all of these seeds'}: nothing is run`)
  if (rows.some(({ line }) => !line.ok)) process.exitCode = 1
}

/** Runs one after another on one local stack. @throws Interrupted once the signal is aborted */
async function runEach(
  plans: readonly Plan[],
  write: (text: string) => void,
  signal: AbortSignal,
  tell: { readonly begun: (seed: number) => void; readonly done: (line: RunLine) => void },
): Promise<void> {
  if (plans.length === 0) return
  await setUpUnless(signal)
  await using stack: LocalStack = await orAborted(startLocalStack({ onProgress: write, shardLimit: 1_000 }), signal)
  const observer = consoleObserver(text => {
    if (!signal.aborted) write(text)
  })
  for (const plan of plans) {
    signal.throwIfAborted()
    write(describePlan(plan))
    tell.begun(plan.seed)
    const outcome = await runSeed(plan, stack, observer, signal)
    write(describeOutcome(outcome))
    tell.done(runLine(outcome))
  }
}

/** A signal in a terminal ends the set-up as well, whose failure is then no news. */
async function setUpUnless(signal: AbortSignal): Promise<void> {
  try {
    setUp()
  } catch (error) {
    await nextTurn()
    signal.throwIfAborted()
    throw error
  }
  await nextTurn()
  signal.throwIfAborted()
}

/** A signal that came while nothing could be told is told now. */
const nextTurn = (): Promise<void> => new Promise(resolve => setTimeout(resolve, 10))
