import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseArguments } from '../../src/demo/arguments.ts'

test('without arguments the demo runs the embedded daemon for people to watch', () => {
  assert.deepEqual(parseArguments([]), { kind: 'run', daemon: 'embedded', json: false, verbose: false })
})

test('the daemon is named after a space or an equals sign', () => {
  const run = { kind: 'run', daemon: 'stock', json: true, verbose: true }
  assert.deepEqual(parseArguments(['--daemon', 'stock', '--json', '--verbose']), run)
  assert.deepEqual(parseArguments(['--json', '--verbose', '--daemon=stock']), run)
})

test('help is asked for either way', () => {
  assert.deepEqual([parseArguments(['-h']), parseArguments(['--json', '--help'])], [{ kind: 'help' }, { kind: 'help' }])
})

test('what is wrong is named in one sentence', () => {
  const problems = [['--daemon', 'fast'], ['--daemon'], ['--jsno'], ['stock']].map(parseArguments)
  assert.deepEqual(problems, [
    { kind: 'wrong', problem: '--daemon takes embedded or stock, not fast.' },
    { kind: 'wrong', problem: '--daemon takes embedded or stock, not nothing.' },
    { kind: 'wrong', problem: '--jsno is not an argument of the demo.' },
    { kind: 'wrong', problem: 'stock is not an argument of the demo.' },
  ])
})
