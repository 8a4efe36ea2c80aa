import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { test } from 'node:test'

const root = new URL('../../../../', import.meta.url)

test('docs/from-aws-kcl.md shows the examples that are type-checked, all of them and as they are', () => {
  const text = readFileSync(new URL('docs/from-aws-kcl.md', root), 'utf8')
  const folder = new URL('examples/from-aws-kcl/', root)
  const files = readdirSync(folder).map(file => readFileSync(new URL(file, folder), 'utf8'))
  const shown = [...text.matchAll(/^```ts\n(.*?)^```$/gms)].map(([, code = '']) => code)
  assert.deepEqual(shown.toSorted(), files.toSorted())
})
