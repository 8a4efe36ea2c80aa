import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { testShard } from '../../src/testing/index.ts'
import { documentExamples } from '../support/document-examples.ts'
import { saving } from '../support/shard-under-test.ts'
// The examples are tests, and pass.
import '../../../../examples/testing/dynamodb.ts'
import '../../../../examples/testing/lease-lost.ts'
import '../../../../examples/testing/lease-regained.ts'
import '../../../../examples/testing/lease-table.ts'
import '../../../../examples/testing/sink-down.ts'
import '../../../../examples/testing/stalling.ts'

const { text, shown, checked } = documentExamples('testing.md', 'testing')

test('the document shows the examples that are type-checked, all of them and as they are', () => {
  assert.deepEqual(shown, checked)
})

test('the document names every method and property of the handle', async () => {
  await using shard = await testShard(saving)
  const internal = ['constructor', 'begin', 'deliverWire', 'announceStop', 'nextTimerMs']
  const rows = text.split('\n').filter(line => line.startsWith('| `') || line.startsWith('`'))
  const all = Object.getOwnPropertyNames(Object.getPrototypeOf(shard)).filter(name => !internal.includes(name))
  const missing = all.filter(name => name !== 'close' && !rows.some(row => new RegExp(`\`${name}\\b`).test(row)))
  assert.deepEqual(missing, [])
})

test('the document names every option, and every way to break the protocol', () => {
  const declared = (file: string, pattern: RegExp): string[] =>
    [...readFileSync(new URL(`../../src/testing/${file}.ts`, import.meta.url), 'utf8').matchAll(pattern)].map(
      ([, name = '']) => name,
    )
  const options = declared('test-shard', /^ {2}readonly (\w+)\?:/gm)
  const faults = declared('protocol-fault', /^ {2}\| '(\w+)'$/gm)
  assert.ok(options.length > 8 && faults.length > 8)
  assert.deepEqual(
    [...options, ...faults].filter(name => !text.includes(`\`${name}\``)),
    [],
  )
})
