import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { runInThisContext } from 'node:vm'
import { instrument } from '../../fuzz/build/instrument.ts'
import { parseArguments } from '../../fuzz/cli/arguments.ts'
import { Coverage } from '../../fuzz/engine/coverage.ts'
import { fuzz } from '../../fuzz/engine/fuzz.ts'
import { frames } from '../../fuzz/mutate/frames.ts'
import { lines } from '../../fuzz/mutate/lines.ts'
import { plainBytes } from '../../fuzz/mutate/structure.ts'
import { Finding, type Target } from '../../fuzz/target.ts'
import { UsageError } from '../../scripts/command-line.ts'

/** Code with a defect behind four branches, each of which only one byte passes. */
const guarded = `
  (input, fail) => {
    if (input[0] === 0x42) if (input[1] === 0x43) {
      const third = input[2] ?? 0
      return third > 0x80 && (third & 7) === 5 ? fail() : null
    }
    return null
  }`

function guardedTarget(): { target: Target; coverage: Coverage } {
  let counters = 0
  const code = instrument(guarded, () => counters++, 'counters')
  const coverage = new Coverage(counters)
  type Code = (input: Buffer, fail: () => never) => null
  const run = (runInThisContext(`counters => ${code.trim()}`) as (counters: Uint8Array) => Code)(coverage.counters)
  const fail = (): never => {
    throw new Finding('found')
  }
  const target: Target = {
    name: 'guarded',
    weight: 1,
    seeds: () => [Buffer.from('nothing of it')],
    structure: plainBytes,
    run: input => {
      run(input, fail)
    },
  }
  return { target, coverage }
}

const options = { inputs: 200_000, saved: [], watchdog: null, onProgress: () => {} }

test('what only a way of several steps leads to is found, made small, and found again with the same seed', async () => {
  const found = await Promise.all(
    [1, 1, 2].map(async seed => {
      const { inputs, failure } = await fuzz({ ...guardedTarget(), ...options, seed })
      assert.ok(failure?.error instanceof Finding)
      assert.deepEqual([failure.input.length, failure.input[0], failure.input[1]], [3, 0x42, 0x43])
      return inputs
    }),
  )
  assert.equal(found[0], found[1])
})

test('a blind search of as many inputs does not come there', async () => {
  const { target, coverage } = guardedTarget()
  const { failure } = await fuzz({
    target,
    coverage: new Coverage(coverage.branches),
    ...options,
    inputs: 20_000,
    seed: 1,
  })
  assert.equal(failure, null)
})

test('a rejection that nobody handles is a failure, also of a target that is synchronous', async () => {
  const code = `
    import { Coverage } from './fuzz/engine/coverage.ts'
    import { fuzz } from './fuzz/engine/fuzz.ts'
    import { catchRejections } from './fuzz/engine/rejections.ts'
    import { plainBytes } from './fuzz/mutate/structure.ts'
    catchRejections()
    const run = { sync: () => { Promise.reject(new Error('late')) }, async: async () => { Promise.reject(new Error('late')) } }
    const common = { coverage: new Coverage(1), inputs: 3, seed: 1, saved: [], watchdog: null, onProgress() {} }
    for (const kind of ['sync', 'async']) {
      const target = { name: kind, weight: 1, seeds: () => [], structure: plainBytes, run: run[kind] }
      const { failure } = await fuzz({ ...common, target })
      console.log(kind, failure?.error.message)
    }`
  const args = ['--import', 'tsx', '--input-type=module', '--eval', code]
  const { stdout } = await promisify(execFile)(process.execPath, args)
  assert.equal(stdout, 'sync late\nasync late\n')
})

test('the branches of code are counted, and it does what it did', () => {
  const counts = new Uint8Array(32)
  let next = 0
  const source = `(a, b) => {
    for (const x of [1, 2, 3]) if (x > 1) a += x; else b?.push(x)
    switch (a) { case 5: return a && (b ?? 'none'); default: return (() => a > 6 ? 'more' : 'less')() }
  }`
  const code = instrument(source, () => next++, 'counts')
  type Code = (a: number, b: unknown) => unknown
  const run = (runInThisContext(`counts => ${code}`) as (counts: Uint8Array) => Code)(counts)
  const plain = runInThisContext(source) as Code
  for (const a of [0, 1, 2, 9]) {
    counts.fill(0)
    assert.equal(run(a, null), plain(a, null))
    assert.ok(counts.includes(3), 'the loop')
    assert.ok(counts.slice(0, next).includes(0), 'what was not taken')
  }
})

for (const [name, structure] of Object.entries({ frames, lines })) {
  test(`${name}: the units of any input are that input`, () => {
    const inputs = [
      '',
      '\n',
      'TSMLDFR\u0001',
      'TSMLDFR\u0001\0\0\0\u0002\u0002{}\0\0',
      '\0\0\0\u0001\u0002{\n\xff\xff\xff\xff\u0002x',
      '{"a":1}\n{"b"',
    ]
    for (const input of inputs.map(text => Buffer.from(text, 'latin1')))
      assert.deepEqual(Buffer.concat(structure.split(input)), input)
  })
}

test('arguments that mean nothing are refused', () => {
  assert.deepEqual(parseArguments(['--inputs', '10000000', '--seed', '7', '--target', 'frames,kpl']), {
    inputs: 10_000_000,
    seed: 7,
    targets: ['frames', 'kpl'],
    replay: null,
    java: false,
    help: false,
  })
  for (const args of [
    ['--inputs', '0'],
    ['--inputs', 'x'],
    ['--seed', '-1'],
    ['--unknown'],
    ['--java', '--target', 'frames'],
  ])
    assert.throws(() => parseArguments(args), UsageError)
})
