import assert from 'node:assert/strict'
import { test } from 'node:test'
import { testShard } from '../../src/testing/index.ts'
import { documentExamples } from '../support/document-examples.ts'
import { saving } from '../support/shard-under-test.ts'
// The examples are tests, and pass.
import '../../../../examples/testing/dynamodb.ts'
import '../../../../examples/testing/lease-lost.ts'
import '../../../../examples/testing/lease-table.ts'
import '../../../../examples/testing/sink-down.ts'

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
