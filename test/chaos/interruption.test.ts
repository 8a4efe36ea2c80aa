import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { test } from 'node:test'
import { type Cut, describeCut } from '../../chaos/cli/interruption.ts'
import { orAborted } from '../../chaos/run/or-aborted.ts'

const cut: Cut = { why: 'interrupted by SIGINT', args: [], out: null, seeds: [42], done: 0, cut: 42 }
const told = (changes: Partial<Cut>): string[] => describeCut({ ...cut, ...changes }).split('\n')

test('with a file, what it has is said, and the same command goes on', () => {
  const args = ['--seeds', '1..5', '--out', 'my runs.jsonl']
  assert.deepEqual(told({ args, out: 'my runs.jsonl', seeds: [1, 2, 3, 4, 5], done: 2, cut: 3 }), [
    'interrupted by SIGINT: seed 3 was cut short, and its logs are removed',
    'my runs.jsonl has 2 of 5 seeds',
    "to go on: npm run chaos -- --seeds 1..5 --out 'my runs.jsonl'",
  ])
})

test('a seed that was drawn is named, or the same command would draw another one', () => {
  assert.equal(
    told({ args: ['--json', '--out', 'a'], out: 'a' })[2],
    'to go on: npm run --silent chaos -- --json --out a --seed 42',
  )
  assert.equal(told({ args: ['--seconds', '9'] })[2], 'to go on: npm run chaos -- --seconds 9 --seed 42')
})

test('without a file the seeds that are left are named', () => {
  const seeds = [1, 2, 3, 4]
  for (const args of [
    ['--seeds', '1..4', '--table', 'no'],
    ['--table', 'no', '--seeds=1..4'],
  ]) {
    const [, kept, hint] = told({ args, seeds, done: 1, cut: 2 })
    assert.equal(kept, 'nothing is kept without --out; 1 of 4 seeds were done')
    assert.equal(hint, 'to go on: npm run chaos -- --table no --seeds 2..4')
  }
  assert.equal(told({ args: ['--seed=4'], seeds: [4], cut: 4 })[2], 'to go on: npm run chaos -- --seed 4')
})

test('before a seed was begun there is none that was cut', () => {
  assert.match(told({ cut: null, args: ['--seed', '42'] })[0] ?? '', /SIGINT: no seed was being run$/)
})

test('what is aborted is rejected with the reason, what is not comes through', async () => {
  const abort = new AbortController()
  assert.equal(await orAborted(Promise.resolve(1), abort.signal), 1)
  assert.equal(await orAborted(Promise.resolve(1), undefined), 1)
  const waiting = orAborted(new Promise(() => {}), abort.signal)
  abort.abort(new Error('cut'))
  await assert.rejects(waiting, /cut/)
  await assert.rejects(orAborted(Promise.reject(new Error('late')), abort.signal), /cut/)
})

/** A program that ends as chaos does, and is sent signals. */
async function signalled(signals: readonly NodeJS.Signals[], everyMs: number): Promise<number | null> {
  const code = `
    import { abortOnSignals } from './chaos/cli/interruption.ts'
    const signal = abortOnSignals()
    signal.addEventListener('abort', () => setTimeout(() => process.exit(signal.reason.exitCode), 2_500))
    setTimeout(() => {}, 60_000)
    console.log('ready')`
  const args = ['--conditions=tsmld-source', '--import', 'tsx', '--input-type=module', '--eval', code]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  const ended = once(child, 'exit') as Promise<[number | null]>
  await once(child.stdout, 'data')
  for (const signal of signals) {
    child.kill(signal)
    await new Promise(resolve => setTimeout(resolve, everyMs))
  }
  return (await ended)[0]
}

test('SIGINT ends with 130, SIGTERM with 143; a terminal’s second SIGINT is the same one, a later one ends at once', async () => {
  const [int, term, twice, later] = await Promise.all([
    signalled(['SIGINT'], 0),
    signalled(['SIGTERM'], 0),
    // Were the second one taken for a new wish, it would end with its code.
    signalled(['SIGTERM', 'SIGINT'], 50),
    signalled(['SIGTERM', 'SIGINT'], 1_500),
  ])
  assert.deepEqual([int, term, twice, later], [130, 143, 143, 130])
})
