import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseArguments } from '../../bench/cli/arguments.ts'
import { UsageError } from '../../scripts/command-line.ts'

test('without arguments everything is run, in full', () => {
  assert.deepEqual(parseArguments([]), {
    quick: false,
    json: null,
    only: null,
    shards: null,
    bytes: null,
    consumers: null,
    erlmld: null,
    profile: null,
    help: false,
  })
})

test('lists are separated by commas, and names are known whatever their case', () => {
  const args = '--quick --json out.json --only bridge,endtoend --shards 4,64 --bytes 1024 --consumers raw,AWS-KCL'
  const options = parseArguments(args.split(' '))
  assert.equal(options.quick, true)
  assert.equal(options.json, 'out.json')
  assert.deepEqual(options.only, ['bridge', 'endToEnd'])
  assert.deepEqual(options.shards, [4, 64])
  assert.deepEqual(options.bytes, [1_024])
  assert.deepEqual(options.consumers, ['raw', 'aws-kcl'])
})

test("erlmld's folders are given by the option, or else by the environment", () => {
  assert.equal(parseArguments([], { ERLMLD_EBIN: '/env' }).erlmld, '/env')
  assert.equal(parseArguments(['--erlmld', '/given'], { ERLMLD_EBIN: '/env' }).erlmld, '/given')
})

for (const [args, message] of [
  ['--only bridge,threading', /--only: there is no 'threading', only bridge, /],
  ['--consumers kcl', /--consumers: there is no 'kcl'/],
  ['--shards 0', /--shards: '0' is no whole number from 1 to /],
  ['--bytes 1k', /--bytes: '1k' is no whole number/],
  ['--fast', /--fast/],
] as const)
  test(`'${args}' is refused with what is wrong`, () => {
    assert.throws(
      () => parseArguments(args.split(' ')),
      (error: Error) => error instanceof UsageError && message.test(error.message),
    )
  })
