import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { normalizeRuntime } from '../../src/config/normalize-runtime.ts'
import { dynamodbOptionTable, kinesisOptionTable, type OptionRow } from '../../src/config/option-table.ts'
import { clicks } from './samples.ts'

const text = readFileSync(new URL('../../../../docs/options.md', import.meta.url), 'utf8')
const rows = new Map([...text.matchAll(/^\| `(\w+)` \|.*$/gm)].map(match => [match[1] ?? '', match[0]] as const))

test('the document has a row for every option of a stream, with its properties', () => {
  const tables: readonly Readonly<Record<string, OptionRow>>[] = [kinesisOptionTable, dynamodbOptionTable]
  for (const table of tables) {
    for (const [option, { kcl1, kcl3 }] of Object.entries(table)) {
      const row = rows.get(option)
      assert.ok(row !== undefined, `${option} is missing`)
      for (const property of [kcl1, kcl3])
        if (property !== undefined) assert.ok(row.includes(`\`${property}\``), `${option}: ${property}`)
    }
  }
})

test('the document has a row for every option of the runtime, with its default', () => {
  const { streams, ...defaults } = normalizeRuntime({ streams: [clicks()] }, 'linux')
  assert.ok(streams.length > 0)
  for (const option of ['streams', 'defaults', 'logger']) assert.ok(rows.has(option), option)
  for (const [option, value] of Object.entries(defaults)) {
    const shown =
      typeof value === 'number'
        ? value.toLocaleString('en-US')
        : typeof value === 'object'
          ? 'max: 10, withinMs: 10000'
          : String(value)
    assert.ok(rows.get(option)?.includes(shown), `${option}: ${shown}`)
  }
})

test('the document has no row for what is no option', () => {
  const options = [
    ...Object.keys(kinesisOptionTable),
    ...Object.keys(dynamodbOptionTable),
    ...Object.keys(normalizeRuntime({ streams: [clicks()] })),
    'defaults',
    'logger',
  ]
  assert.deepEqual(
    [...rows.keys()].filter(option => !options.includes(option)),
    [],
  )
})
