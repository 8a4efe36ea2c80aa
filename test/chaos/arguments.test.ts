import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseArguments, usage } from '../../chaos/cli/arguments.ts'
import { faultKinds } from '../../chaos/plan/fault.ts'
import { UsageError } from '../../scripts/command-line.ts'

const parse = (line: string) => parseArguments(line.split(' ').filter(Boolean), () => 42)

test('without arguments one new seed is run for a minute, the rest is the seed’s', () => {
  assert.deepEqual(parse(''), {
    seeds: [42],
    seconds: 60,
    workers: null,
    shards: null,
    handling: null,
    daemon: 'embedded',
    table: null,
    only: null,
    json: false,
    out: null,
    dry: false,
    help: false,
  })
})

test('a seed, a range of seeds, and what the seed would decide', () => {
  assert.deepEqual(parse('--seed 7').seeds, [7])
  assert.deepEqual(parse('--seeds 3..5').seeds, [3, 4, 5])
  const options = parse(
    '--seconds 30 --workers 4 --shards 64 --handling bare --daemon stock --table no --json --out a.jsonl',
  )
  assert.deepEqual(
    [options.seconds, options.workers, options.shards, options.handling, options.daemon, options.table],
    [30, 4, 64, 'bare', 'stock', false],
  )
  assert.deepEqual([options.json, options.out], [true, 'a.jsonl'])
  assert.deepEqual(parse('--only killNode,split').only, ['killNode', 'split'])
})

test('what is not understood is said, and what would have been', () => {
  const refusals = {
    '--seed x': /--seed: 'x' is no whole number from 0 to 2147483647/,
    '--seeds 5..3': /'5\.\.3' is no range such as 1\.\.50/,
    '--seed 1 --seeds 1..2': /not both/,
    '--only killNod': /there is no 'killNod', only killNode,/,
    '--table maybe': /only yes, no/,
    '--wrong': /wrong/,
  }
  for (const [line, message] of Object.entries(refusals)) assert.throws(() => parse(line), { message })
  assert.throws(() => parse('--seed -1'), UsageError)
})

test('the help tells every kind of fault', () => {
  for (const kind of faultKinds) assert.match(usage, new RegExp(` ${kind} `))
})
