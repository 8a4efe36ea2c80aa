import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { ConfigError } from '../../src/errors.ts'
import { importedProcessor, moduleOf, moduleProcessor } from '../../src/processors/module-processor.ts'
import type { Shard } from '../../src/session/record-processor.ts'
import { rejection } from '../support/turns.ts'

/** Writes a module, and gives its URL. */
async function moduleFile(t: TestContext, text: string, name = 'module.mjs'): Promise<URL> {
  const folder = await mkdtemp(join(tmpdir(), 'module-processor-'))
  t.after(() => rm(folder, { recursive: true }))
  await writeFile(join(folder, name), text)
  return pathToFileURL(join(folder, name))
}

const made = 'shard => ({ processRecords() {}, madeFor: shard.shardId })'
const shard = { shardId: 'shardId-1' } as Shard

test('a processor is made by what its module exports, by default or by name', async t => {
  const url = await moduleFile(t, `export default ${made}\nexport const named = ${made}`)
  for (const options of [{}, { exportName: 'named' }]) {
    for (const given of [url, url.href]) {
      const factory = moduleProcessor(given, options)
      for (const make of [factory, await importedProcessor(factory)])
        assert.equal(((await make(shard)) as { madeFor?: string }).madeFor, 'shardId-1')
    }
  }
})

test('CommonJS modules serve too, also as compilers write a default export', async t => {
  for (const text of [`module.exports = ${made}`, `exports.__esModule = true\nexports.default = ${made}`]) {
    const factory = await importedProcessor(moduleProcessor(await moduleFile(t, text, 'module.cjs')))
    assert.equal(((await factory(shard)) as { madeFor?: string }).madeFor, 'shardId-1')
  }
})

test('a factory that is no module stays what it is', async () => {
  const factory = () => ({ processRecords() {} })
  assert.equal(moduleOf(factory), null)
  assert.equal(await importedProcessor(factory), factory)
})

test('what is no file: URL, and options that are wrong, are a ConfigError at once', () => {
  for (const url of [
    './clicks.js',
    '/clicks.js',
    'https://example.com/clicks.js',
    new URL('data:text/javascript,'),
    7,
    null,
  ])
    assert.throws(() => moduleProcessor(url as URL), {
      name: 'ConfigError',
      message: /needs the file: URL of a module, not .*new URL\('\.\/clicks\.js', import\.meta\.url\)/,
    })
  assert.throws(
    () => moduleProcessor('file:///a.js', { exportName: '' }),
    /'exportName' of moduleProcessor\(\) must be/,
  )
  assert.throws(
    () => moduleProcessor('file:///a.js', { name: 'a' } as object),
    /'name' of moduleProcessor\(\) is unknown/,
  )
})

test('a module that cannot be imported is a ConfigError that names it and says why', async t => {
  const url = await moduleFile(t, "throw new TypeError('broken')")
  const error = await rejection(importedProcessor(moduleProcessor(url)))
  assert(error instanceof ConfigError)
  assert.equal(error.message, `The processor's module ${url.href} cannot be imported: broken`)
  assert(error.cause instanceof TypeError)
})
