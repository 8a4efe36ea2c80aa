import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { batchProcessorChecks } from '../../src/processors/batch-processor.ts'
import { eachBatchChecks } from '../../src/processors/each-batch.ts'
import { eachRecordChecks } from '../../src/processors/each-record.ts'
import { retryChecks } from '../../src/processors/processor-options.ts'

const root = new URL('../../../../', import.meta.url)
const text = readFileSync(new URL('docs/processors.md', root), 'utf8')
/** Two processors may have options of one name. */
const options = new Set([...text.matchAll(/^\| `([\w.]+)` \|/gm)].map(([, name = '']) => name))

test('the document shows the examples that are type-checked, all of them and as they are', () => {
  const folder = new URL('examples/processors/', root)
  const files = readdirSync(folder).map(file => readFileSync(new URL(file, folder), 'utf8'))
  const shown = [...text.matchAll(/^```ts\n(.*?)^```$/gms)].map(([, code = '']) => code)
  assert.deepEqual(shown.toSorted(), files.toSorted())
})

test('the document has a row for every option, and for nothing else', () => {
  const retry = Object.keys(retryChecks).map(name => `retry.${name}`)
  const checks = { ...eachRecordChecks, ...eachBatchChecks, ...batchProcessorChecks }
  const all = new Set([...Object.keys(checks), ...retry])
  all.delete('retry')
  assert.deepEqual([...options].sort(), [...all].sort())
})
