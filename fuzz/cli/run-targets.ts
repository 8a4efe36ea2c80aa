import { mkdir, writeFile } from 'node:fs/promises'
import { UsageError } from '../../scripts/command-line.ts'
import { loadTargets } from '../build/load-targets.ts'
import { nameOf, savedInputs } from '../engine/corpus.ts'
import { type Failure, fuzz } from '../engine/fuzz.ts'
import { Watchdog } from '../engine/watchdog.ts'
import type { Target } from '../target.ts'
import type { FuzzArguments } from './arguments.ts'
import { claimNoGrowth, heapAfterGc } from './growth.ts'
import { print, show } from './print.ts'
import { describeResults, type TargetResult } from './table.ts'

const cache = '.cache/fuzz'
const hangMs = 60_000

/** Fuzzes every target that was asked for with its share of the inputs; false when one failed. */
export async function runTargets({ inputs, seed, targets: names }: FuzzArguments): Promise<boolean> {
  const { targets, coverage } = await loadTargets()
  const wanted = names === null ? targets : names.map(name => namedTarget(targets, name))
  const weights = wanted.reduce((sum, { weight }) => sum + weight, 0)
  const watchdog = new Watchdog(`${cache}/findings`, hangMs)
  print(`seed ${seed}, ${inputs} inputs, ${coverage.branches} branches in the code under test`)
  const results: TargetResult[] = []
  for (const target of wanted) {
    const begun = Date.now()
    const heap = await heapAfterGc()
    const share = Math.max(1, Math.round((inputs * target.weight) / weights))
    const result = await fuzz({
      target,
      coverage,
      inputs: share,
      seed,
      saved: await savedInputs(`${cache}/corpus/${target.name}`),
      watchdog,
      onProgress: progress => {
        show(
          `${progress.target} ${progress.inputs} of ${share}, corpus ${progress.corpus}, branches ${progress.branches}`,
        )
      },
    })
    const seconds = (Date.now() - begun) / 1_000
    const { inputs: given, corpus, branches, failure } = result
    results.push({ name: target.name, ok: failure === null, inputs: given, seconds, corpus, branches })
    print(`${failure === null ? '✔' : '✖'} ${target.name}: ${given} inputs in ${seconds.toFixed(1)} s`)
    if (failure === null) {
      await result.kept.save(`${cache}/corpus/${target.name}`)
      claimNoGrowth(target.name, heap, await heapAfterGc())
    } else await keep(failure)
  }
  await watchdog.stop()
  print(describeResults(results))
  return results.every(({ ok }) => ok)
}

/** @throws UsageError */
export function namedTarget(targets: readonly Target[], name: string): Target {
  const found = targets.find(target => target.name === name)
  if (found === undefined)
    throw new UsageError(`there is no target ${name}, only ${targets.map(target => target.name).join(', ')}`)
  return found
}

async function keep({ target, input, error }: Failure): Promise<void> {
  const folder = `${cache}/findings`
  await mkdir(folder, { recursive: true })
  const file = `${folder}/${target}.${nameOf(input)}.input`
  await writeFile(file, input)
  print(`${(error as Error).stack ?? String(error)}\n  its smallest input: npm run fuzz -- --replay ${file}`)
}
