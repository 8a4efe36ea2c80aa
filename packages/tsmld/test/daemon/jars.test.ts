import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { afterEach, beforeEach, test } from 'node:test'
import { verifyJars, verifyStockJars } from '../../src/daemon/jars.ts'
import { ConfigError } from '../../src/errors.ts'

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')

let folder: string
const inJars = (name: string) => join(folder, 'jars', name)

/** A package with one jar of another's, our two, and one each of KCL 1's and 2's. */
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tsmld-jars-test-'))
  const kcl1 = join(folder, 'stock', 'jars', 'kcl1')
  await mkdir(join(folder, 'jars'))
  const kcl2 = join(folder, 'stock', 'jars', 'kcl2')
  await mkdir(kcl1, { recursive: true })
  await mkdir(kcl2, { recursive: true })
  await writeFile(inJars('kcl-3.1.3.jar'), 'kcl')
  await writeFile(inJars('tsmld-daemon.jar'), 'daemon')
  await writeFile(inJars('tsmld-stock-launcher.jar'), 'launcher')
  await writeFile(inJars('stray-1.jar'), 'stray')
  await writeFile(join(kcl1, 'kcl-1.14.9-all.jar'), 'kcl1')
  await writeFile(join(kcl2, 'kcl-2.5.4.jar'), 'kcl2')
  const sets = {
    embedded: { 'com.example:kcl:3.1.3': sha256('kcl') },
    kcl1: { 'com.example:kcl:1.14.9:all': sha256('kcl1') },
    kcl2: { 'com.example:kcl:2.5.4': sha256('kcl2') },
  }
  const own = { 'tsmld-daemon.jar': sha256('daemon'), 'tsmld-stock-launcher.jar': sha256('launcher') }
  await writeFile(join(folder, 'jars.lock.json'), JSON.stringify({ lockVersion: 1, sets }))
  await writeFile(inJars('manifest.json'), JSON.stringify({ stamp: '', own }))
})

afterEach(async () => {
  await rm(folder, { recursive: true })
})

const refusal = (message: RegExp) => (error: unknown) => {
  assert.ok(error instanceof ConfigError)
  assert.match(error.message, message)
  return true
}

test('the class path holds our jar first and the locked ones, and nothing else that lies there', async () => {
  const { classpath } = await verifyJars(folder)
  assert.deepEqual(classpath.split(delimiter), [inJars('tsmld-daemon.jar'), inJars('kcl-3.1.3.jar')])
})

test('fault 23: a missing jar is refused by its name, with what to do', async () => {
  await rm(inJars('kcl-3.1.3.jar'))
  await assert.rejects(verifyJars(folder), refusal(/kcl-3\.1\.3\.jar is missing: install tsmld-daemon again/))
})

test('fault 23: an altered jar is refused, also after it was found right once and though its size is the same', async () => {
  await verifyJars(folder)
  await writeFile(inJars('kcl-3.1.3.jar'), 'lck')
  await assert.rejects(verifyJars(folder), refusal(/kcl-3\.1\.3\.jar is altered/))
})

test('our own altered jar is refused', async () => {
  await writeFile(inJars('tsmld-daemon.jar'), 'daemoN')
  await assert.rejects(verifyJars(folder), refusal(/tsmld-daemon\.jar is altered/))
})

test('jars that were never built are refused in one sentence', async () => {
  await rm(join(folder, 'jars'), { recursive: true })
  await assert.rejects(verifyJars(folder), refusal(/^The daemon's jars are missing .*npm run setup\)$/))
})

test('a damaged lock, or one that leads out of the folder, is refused', async () => {
  const embedded = { 'com.example:../../evil:1': sha256('kcl') }
  const damaged = [
    '',
    '{',
    '[]',
    '{"sets":{"embedded":{},"kcl1":{},"kcl2":{}}}',
    JSON.stringify({ sets: { embedded, kcl1: embedded, kcl2: embedded } }),
  ]
  for (const text of damaged) {
    await writeFile(join(folder, 'jars.lock.json'), text)
    await assert.rejects(verifyJars(folder), refusal(/jars\.lock\.json is damaged/))
  }
})

test("KCL 3's stock daemon runs on the embedded daemon's jars, KCL 1's and 2's on their own, the launcher before all", async () => {
  const kcl3 = await verifyStockJars(3, null, folder)
  const kcl1 = await verifyStockJars(1, null, folder)
  const launcher = inJars('tsmld-stock-launcher.jar')
  assert.deepEqual(kcl3.classpath.split(delimiter), [launcher, inJars('kcl-3.1.3.jar')])
  const kcl2 = await verifyStockJars(2, null, folder)
  const kcl2Jar = join(folder, 'stock', 'jars', 'kcl2', 'kcl-2.5.4.jar')
  assert.deepEqual(kcl2.classpath.split(delimiter), [launcher, kcl2Jar])
  const kcl1Jar = join(folder, 'stock', 'jars', 'kcl1', 'kcl-1.14.9-all.jar')
  assert.deepEqual(kcl1.classpath.split(delimiter), [launcher, kcl1Jar])
})

test("KCL 1's and 2's jars, which the npm package has not, are refused with both ways to get them", async () => {
  await rm(join(folder, 'stock'), { recursive: true })
  for (const kcl of [1, 2] as const)
    await assert.rejects(
      verifyStockJars(kcl, null, folder),
      refusal(/not in the npm package: .*npm run setup.*'classpath'/),
    )
})

test('a class path that was given is taken as it is, after the launcher', async () => {
  const { classpath } = await verifyStockJars(1, ['lib/*', 'other.jar'], folder)
  assert.equal(classpath, [inJars('tsmld-stock-launcher.jar'), 'lib/*', 'other.jar'].join(delimiter))
})
