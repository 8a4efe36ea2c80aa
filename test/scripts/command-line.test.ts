import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  given,
  givenList,
  oneOf,
  readOptions,
  runTool,
  type Terminal,
  UsageError,
  wholeNumber,
} from '../../scripts/command-line.ts'

const misuse = (message: RegExp) => (error: unknown) => error instanceof UsageError && message.test(error.message)

test('a text that is not given is undefined, a flag that is not given is false', () => {
  const { seed, out, json, dry } = readOptions(['--seed', '7', '--json'], ['seed', 'out'], ['json', 'dry'])
  assert.deepEqual([seed, out, json, dry], ['7', undefined, true, false])
})

test('unknown options, texts without a value, flags with one and what is no option are refused', () => {
  for (const args of [['--sed', '7'], ['--seed'], ['--json=yes'], ['7']])
    assert.throws(() => readOptions(args, ['seed'], ['json']), UsageError)
})

test('what is not given is not read', () => {
  assert.equal(
    given(undefined, () => assert.fail()),
    null,
  )
  assert.equal(
    givenList(undefined, () => assert.fail()),
    null,
  )
  assert.equal(given('7', Number), 7)
  assert.deepEqual(givenList('7,8', Number), [7, 8])
})

test('a name is known whatever its case, and another one is refused with those that are known', () => {
  assert.equal(oneOf('--only', 'KILLnode', ['split', 'killNode']), 'killNode')
  assert.throws(
    () => oneOf('--only', 'kill', ['split', 'killNode']),
    misuse(/^--only: there is no 'kill', only split, killNode$/),
  )
})

test('a whole number lies within its limits, or is refused with them', () => {
  assert.deepEqual(
    ['1', '16'].map(text => wholeNumber('--workers', text, 1, 16)),
    [1, 16],
  )
  assert.equal(wholeNumber('--inputs', '10000000', 1), 10_000_000)
  for (const text of ['0', '17', '1.5', '1k', 'x'])
    assert.throws(
      () => wholeNumber('--workers', text, 1, 16),
      misuse(new RegExp(`^--workers: '${text}' is no whole number from 1 to 16$`)),
    )
  for (const text of ['', ' ', '-1', '9007199254740992', 'NaN', 'Infinity'])
    assert.throws(() => wholeNumber('--seed', text, 0), misuse(/ is no whole number from 0 on$/))
})

/** What a tool with the options `--help` and `--fail` says and ends with. */
async function ran(args: readonly string[], tellsStacks = true) {
  let [stdout, stderr] = ['', '']
  const terminal: Terminal = {
    argv: ['node', 'main.ts', ...args],
    stdout: { write: text => (stdout += text) },
    stderr: { write: text => (stderr += text) },
  }
  const tool = {
    name: 'tool',
    usage: 'Usage: tool\n',
    parse: (given: readonly string[]) => readOptions(given, [], ['help', 'fail']),
    run: async ({ fail }: { readonly help: boolean; readonly fail: boolean }) => {
      if (fail) throw new Error('no stack')
      terminal.stdout.write('done')
    },
    tellsStacks,
  }
  await runTool(tool, terminal)
  return { stdout, stderr, exitCode: terminal.exitCode }
}

test('a tool is run, or tells its usage', async () => {
  assert.deepEqual(await ran([]), { stdout: 'done', stderr: '', exitCode: undefined })
  assert.deepEqual(await ran(['--help', '--fail']), { stdout: 'Usage: tool\n', stderr: '', exitCode: undefined })
})

test('a mistake in the arguments is told without a stack, with exit code 2', async () => {
  const { stdout, stderr, exitCode } = await ran(['--wrong'])
  assert.match(stderr, /^tool: Unknown option '--wrong'[^\n]*\ntool: --help tells the options\n$/)
  assert.deepEqual([stdout, exitCode], ['', 2])
})

test('any other failure is told with its stack unless the tool tells none, with exit code 1', async () => {
  const failed = await ran(['--fail'])
  assert.match(failed.stderr, /^tool: Error: no stack\n {4}at /)
  assert.equal(failed.exitCode, 1)
  assert.deepEqual(await ran(['--fail'], false), { stdout: '', stderr: 'tool: no stack\n', exitCode: 1 })
})
