import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { deflateRawSync } from 'node:zlib'
import { parseThirdParty } from '../scripts/licenses.mjs'
import { clashingFileNames, differences, jarFileName, parseDependencyList } from '../scripts/lock.mjs'
import { readZip } from '../scripts/zip.mjs'

const readText = path => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8')
const lock = JSON.parse(readText('jars.lock.json'))

test('the lock holds coordinates and SHA-256, no addresses', () => {
  for (const [set, jars] of Object.entries(lock.sets)) {
    assert.ok(Object.keys(jars).length > 20, set)
    for (const [coordinates, hash] of Object.entries(jars)) {
      assert.match(coordinates, /^[\w.-]+(:[\w.-]+){2,3}$/)
      assert.match(hash, /^[0-9a-f]{64}$/)
    }
  }
})

test('the lock has the classes that SSO profiles and assumed roles load, and the Glue jars without their dependencies', () => {
  const artifacts = Object.keys(lock.sets.embedded).map(coordinates => coordinates.split(':')[1])
  for (const needed of ['sso', 'ssooidc', 'sts', 'schema-registry-serde', 'schema-registry-common']) {
    assert.ok(artifacts.includes(needed), needed)
  }
  assert.deepEqual(
    artifacts.filter(artifact => /kafka|kotlin|scala|avro|wire/.test(artifact)),
    [],
  )
})

test('every jar of the npm package has its licence in the list', () => {
  const listed = readText('licenses/THIRD-PARTY.txt')
  for (const coordinates of Object.keys(lock.sets.embedded))
    assert.ok(listed.includes(`\n${coordinates}\n`), coordinates)
})

test("Maven's dependency list is read with and without a classifier, and what is no jar is left out", () => {
  const text = `
The following files have been resolved:
   org.slf4j:slf4j-api:jar:2.0.13:compile -- module org.slf4j
   io.netty:netty-epoll:jar:linux-x86_64:4.1.1.Final:runtime
   software.amazon.awssdk:bom:pom:2.33.0:import
`
  assert.deepEqual(parseDependencyList(text), [
    'io.netty:netty-epoll:4.1.1.Final:linux-x86_64',
    'org.slf4j:slf4j-api:2.0.13',
  ])
  assert.equal(jarFileName('io.netty:netty-epoll:4.1.1.Final:linux-x86_64'), 'netty-epoll-4.1.1.Final-linux-x86_64.jar')
})

test('a jar that is missing, altered or too many is told, each in a sentence', () => {
  assert.deepEqual(
    differences({ 'g:a:1': '11', 'g:b:1': '22', 'g:c:1': '33' }, { 'g:a:1': '11', 'g:b:1': '99', 'g:d:1': '44' }),
    [
      'g:b:1 is not the jar that was locked (its SHA-256 differs)',
      'g:c:1 is in the lock, and Maven did not resolve it',
      'g:d:1 came, and is not in the lock',
    ],
  )
})

test('two artifacts that would share a file are noticed', () => {
  assert.deepEqual(clashingFileNames(['g:a:1', 'h:a:1', 'g:b:1']), ['a-1.jar'])
})

test('licences are read from the plugin’s list, more than one and parentheses in names too', () => {
  const text = `
Lists of 2 third-party dependencies.
     (EPL - v 1.0) (LGPL (2.1)) Logback (classic) (ch.qos.logback:logback-classic:1.5.18 - http://logback.qos.ch)
     (Apache-2.0) Plain (org.example:plain:1.0 - no url defined)
`
  assert.deepEqual(
    [...parseThirdParty(text)],
    [
      ['ch.qos.logback:logback-classic:1.5.18', 'EPL - v 1.0; or LGPL (2.1)'],
      ['org.example:plain:1.0', 'Apache-2.0'],
    ],
  )
})

test('a zip gives the entries that are wanted, stored and deflated', () => {
  const zip = makeZip([
    ['META-INF/LICENSE', 'a licence', 0],
    ['META-INF/NOTICE', 'a notice', 8],
    ['a.class', 'bytes', 8],
  ])
  const entries = readZip(zip, name => name.startsWith('META-INF/'))
  assert.deepEqual(
    entries.map(({ name, content }) => [name, content.toString()]),
    [
      ['META-INF/LICENSE', 'a licence'],
      ['META-INF/NOTICE', 'a notice'],
    ],
  )
})

/** A zip with what the reader looks at, and zeros for the rest. */
function makeZip(files) {
  const locals = []
  const central = []
  let offset = 0
  for (const [name, text, method] of files) {
    const bytes = method === 0 ? Buffer.from(text) : deflateRawSync(text)
    const local = Buffer.alloc(30 + 4)
    local.writeUInt16LE(name.length, 26)
    local.writeUInt16LE(4, 28)
    // Four bytes of extra field, which the central entry has not: after the name.
    const whole = Buffer.concat([local.subarray(0, 30), Buffer.from(name), Buffer.alloc(4), bytes])
    const entry = Buffer.alloc(46)
    entry.writeUInt16LE(method, 10)
    entry.writeUInt32LE(bytes.length, 20)
    entry.writeUInt16LE(name.length, 28)
    entry.writeUInt32LE(offset, 42)
    locals.push(whole)
    central.push(entry, Buffer.from(name))
    offset += whole.length
  }
  const end = Buffer.alloc(22)
  end.write('PK\x05\x06', 'latin1')
  end.writeUInt16LE(files.length, 10)
  end.writeUInt32LE(offset, 16)
  return Buffer.concat([...locals, ...central, end])
}
