import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { test } from 'node:test'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { threadEntry, tsxApi } from '../../src/threads/thread-boot.ts'

test("a thread's program is found beside its starter, as source", () => {
  const entry = threadEntry(new URL('../../src/threads/thread-boot.ts', import.meta.url).href)
  assert.match(entry.href, /\/src\/threads\/thread-main\.ts$/)
  assert.ok(existsSync(entry))
})

test("where a bundler has put its starter elsewhere, a thread's program is the installed package's", () => {
  for (const own of [pathToFileURL(fileURLToPath(new URL('bundle.mjs', import.meta.url))).href, undefined])
    assert.match(threadEntry(own).href, /\/packages\/tsmld\/dist\/threads\/thread-main\.js$/)
})

test('a process under tsx is known by its options', () => {
  assert.equal(tsxApi(['--conditions=x', '--import', 'tsx']), 'tsx/esm/api')
  assert.equal(tsxApi(['--import=tsx']), 'tsx/esm/api')
  assert.equal(
    tsxApi([
      '--require',
      '/app/node_modules/tsx/dist/preflight.cjs',
      '--import',
      'file:///app/node_modules/tsx/dist/loader.mjs',
    ]),
    'file:///app/node_modules/tsx/dist/esm/api/index.mjs',
  )
  assert.equal(tsxApi(['--import', './tsx-like.mjs', '--test']), null)
  assert.equal(tsxApi([]), null)
})
