import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { posix } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { packedMarkdown } from '../../scripts/packed-markdown.mjs'

const root = fileURLToPath(new URL('../..', import.meta.url))

test('a link to what is not packed becomes its text, all others stay', () => {
  const text =
    '[a](docs/kpl.md#x) [b](https://a.b) [c](#d) [packages/x](packages/x/README.md) [S](SECURITY.md) [docs](docs)'
  assert.equal(
    packedMarkdown(text, 'README.md'),
    '[a](docs/kpl.md#x) [b](https://a.b) [c](#d) packages/x [S](SECURITY.md) [docs](docs)',
  )
  assert.equal(
    packedMarkdown('[a](kpl.md) [b](../README.md#x) [1](../test/a.ts)', 'docs/x.md'),
    '[a](kpl.md) [b](../README.md#x) 1',
  )
})

test('no link of a packed document is dead, and each stays inside of the package', () => {
  const documents = ['README.md', 'SECURITY.md', ...readdirSync(`${root}docs`).map(name => `docs/${name}`)]
  let links = 0
  for (const path of documents) {
    const text = packedMarkdown(readFileSync(`${root}${path}`, 'utf8'), path)
    for (const [, target] of text.matchAll(/\]\(([^)\s#]+)(?:#[^)]*)?\)/g)) {
      if (/^[a-z]+:/i.test(target)) continue
      links++
      const at = posix.join(posix.dirname(path), target)
      assert.ok(existsSync(`${root}${at}`), `${path} links to ${target}`)
      assert.match(at, /^(README\.md|SECURITY\.md|LICENSE|docs(\/|$))/, `${path} links to ${target}`)
    }
  }
  assert.ok(links > 20, String(links))
})
