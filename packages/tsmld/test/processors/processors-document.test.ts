import assert from 'node:assert/strict'
import { test } from 'node:test'
import { batchProcessorChecks } from '../../src/processors/batch-processor.ts'
import { eachBatchChecks } from '../../src/processors/each-batch.ts'
import { eachRecordChecks } from '../../src/processors/each-record.ts'
import { retryChecks } from '../../src/processors/processor-options.ts'
import { documentExamples } from '../support/document-examples.ts'

const { text, shown, checked } = documentExamples('processors.md', 'processors')
/** Two processors may have options of one name. */
const options = new Set([...text.matchAll(/^\| `([\w.]+)` \|/gm)].map(([, name = '']) => name))

test('the document shows the examples that are type-checked, all of them and as they are', () => {
  assert.deepEqual(shown, checked)
})

test('the document has a row for every option, and for nothing else', () => {
  const retry = Object.keys(retryChecks).map(name => `retry.${name}`)
  const checks = { ...eachRecordChecks, ...eachBatchChecks, ...batchProcessorChecks }
  const all = new Set([...Object.keys(checks), ...retry])
  all.delete('retry')
  assert.deepEqual([...options].sort(), [...all].sort())
})
