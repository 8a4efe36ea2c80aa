import { mkdir, writeFile } from 'node:fs/promises'
import { UsageError } from '../../scripts/command-line.ts'
import { loadTargets } from '../build/load-targets.ts'
import { nameOf, savedInputs } from '../engine/corpus.ts'
import { type Failure, fuzz } from '../engine/fuzz.ts'
import { Watchdog } from '../engine/watchdog.ts'
import type { Target } from '../target.ts'
import type { FuzzArguments } from './arguments.ts'
import { claimNoGrowth, heapAfterGc } from './growth.ts'

const cache = '.cache/fuzz'
const hangMs = 60_000

/** Fuzzes every target that was asked for with its share of the inputs; false when one failed. */
export async function runTargets({ inputs, seed, targets: names }: FuzzArguments): Promise<boolean> {
  const { targets, coverage } = await loadTargets()
  const wanted = names === null ? targets : names.map(name => namedTarget(targets, name))
  const weights = wanted.reduce((sum, { weight }) => sum + weight, 0)
  const watchdog = new Watchdog(`${cache}/findings`, hangMs)
  const start = Date.now()
  print(`seed ${seed}, ${inputs} inputs, ${coverage.branches} branches in the code under test`)
  let total = 0
  let ok = true
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
    total += result.inputs
    const seconds = (Date.now() - begun) / 1_000
    print(
      `${result.failure === null ? '✔' : '✖'} ${target.name}: ${result.inputs} inputs in ${seconds.toFixed(1)} s, corpus ${result.corpus}, branches ${result.branches}`,
    )
    if (result.failure === null) {
      await result.kept.save(`${cache}/corpus/${target.name}`)
      claimNoGrowth(target.name, heap, await heapAfterGc())
    } else {
      ok = false
      await keep(result.failure)
    }
  }
  await watchdog.stop()
  print(`${total} inputs in ${((Date.now() - start) / 1_000).toFixed(1)} s: ${ok ? 'no finding' : 'see above'}`)
  return ok
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

const print = (line: string): boolean => process.stdout.write(`${line}\n`)

/** On a terminal a line that the next one replaces. */
function show(line: string): void {
  if (process.stdout.isTTY) process.stdout.write(`\r\x1b[K${line}\r`)
  else print(line)
}
