import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import { findJava } from '../../packages/tsmld/src/config/find-java.ts'
import { formatProperties, parseProperties } from '../../packages/tsmld/src/config/properties-file.ts'
import { ConfigError } from '../../packages/tsmld/src/errors.ts'

type Reading = Record<string, string> | 'refused'

/** How Java reads files, one JVM for all of them. */
async function readByJava(files: readonly string[]): Promise<Reading[]> {
  const { path } = await findJava()
  const input = files.map(file => `${Buffer.from(file, 'latin1').toString('base64')}\n`).join('')
  const program = fileURLToPath(new URL('JavaProperties.java', import.meta.url))
  const output = execFileSync(path, ['-Xmx64m', program], { input, encoding: 'ascii' })
  return output.split('\n').slice(0, -1).map(reading)
}

function reading(line: string): Reading {
  if (line === 'refused') return 'refused'
  const entries = line === '' ? [] : line.split(',').map(entry => entry.split('=').map(text))
  return Object.fromEntries(entries) as Record<string, string>
}

function text(hex: string): string {
  return Buffer.from(hex, 'hex').swap16().toString('utf16le')
}

function readByUs(file: string): Reading {
  try {
    return parseProperties(file)
  } catch (error) {
    assert.ok(error instanceof ConfigError)
    return 'refused'
  }
}

const syntax = fc.string({
  unit: fc.constantFrom(
    ' ',
    '\t',
    '\f',
    '\n',
    '\r',
    '\r\n',
    '\\',
    '\\\n',
    '=',
    ':',
    '#',
    '!',
    '\\u00e9',
    '\\u',
    '0',
    'a',
    'b',
    'é',
    '\0',
  ),
  maxLength: 24,
})

test('Java and we read any properties file alike', async () => {
  // To Java a backslash alone at the end of a file is an entry with an empty key, but not before \r\n: nobody's intent.
  const files = fc.sample(syntax, 3000).filter(file => !/(^|\\(\r\n|\r|\n)?)$/.test(file))
  const byJava = await readByJava(files)
  assert.equal(byJava.length, files.length)
  for (const [index, file] of files.entries()) assert.deepEqual(readByUs(file), byJava[index], JSON.stringify(file))
})

test('Java reads what we write as we meant it', async () => {
  const anyText = fc.oneof(fc.string({ unit: 'binary', maxLength: 20 }), syntax)
  const properties = fc.sample(fc.dictionary(anyText, anyText, { minKeys: 1, maxKeys: 5, noNullPrototype: true }), 500)
  assert.deepEqual(await readByJava(properties.map(formatProperties)), properties)
})
