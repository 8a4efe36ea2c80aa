import assert from 'node:assert/strict'
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { classArchiveArgs, classArchivePath, makeClassArchive } from '../../src/daemon/class-archive.ts'
import { ConfigError } from '../../src/errors.ts'

function folderWithJava(t: TestContext, script: string) {
  const folder = mkdtempSync(join(tmpdir(), 'tsmld-archive-'))
  t.after(() => {
    rmSync(folder, { recursive: true })
  })
  const java = join(folder, 'java')
  writeFileSync(java, `#!/bin/sh\n${script}\n`)
  chmodSync(java, 0o755)
  const path = classArchivePath(folder, { javaVersion: '17', classpath: 'a.jar' })
  return { java, path, make: () => makeClassArchive({ java, env: process.env }, 'a.jar', path) }
}

const writes = 'file=$(echo "$1" | cut -d= -f2); echo "$@" > "$file"; echo 42'

test('an archive belongs to one Java and one class path', () => {
  const paths = [
    { javaVersion: '17', classpath: 'a.jar' },
    { javaVersion: '21', classpath: 'a.jar' },
    { javaVersion: '17', classpath: 'b.jar' },
  ].map(of => classArchivePath('/package', of))
  assert.equal(new Set(paths).size, 3)
  for (const path of paths) assert.equal(dirname(path), join('/package', 'class-archives'))
})

test('a JVM is told of an archive only once it was made', async t => {
  const { path, make } = folderWithJava(t, writes)
  assert.deepEqual(classArchiveArgs(path), [])
  assert.equal(await make(), 42)
  assert.deepEqual(classArchiveArgs(path), [`-XX:SharedArchiveFile=${path}`])
  assert.match(readFileSync(path, 'utf8'), /-cp a\.jar io\.tsmld\.daemon\.ClassArchive/)
})

test('an archive takes the place of an older one', async t => {
  const { path, make } = folderWithJava(t, writes)
  await make()
  writeFileSync(path, 'older')
  await make()
  assert.notEqual(readFileSync(path, 'utf8'), 'older')
  assert.equal(readdirSync(dirname(path)).length, 1)
})

test('a JVM that fails leaves no archive, and the error says where it would be', async t => {
  const { path, make } = folderWithJava(t, `${writes}; exit 1`)
  await assert.rejects(make(), (error: unknown) => error instanceof ConfigError && error.message.includes(path))
  assert.equal(existsSync(path), false)
  assert.deepEqual(readdirSync(dirname(path)), [])
})
