import assert from 'node:assert/strict'
import { chmod, mkdir, mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { createRuntimeFolder, newSocketIn, writeRuntimeFile } from '../../src/daemon/runtime-folder.ts'
import { ConfigError } from '../../src/errors.ts'
import { rejection } from '../support/turns.ts'

async function folderOf(t: TestContext) {
  const folder = await createRuntimeFolder()
  t.after(() => rm(folder.path, { recursive: true, force: true }))
  return folder
}

test('a folder that cannot be made, or is too long for a socket, is a ConfigError that says what to do', async t => {
  const missing = await rejection(createRuntimeFolder('/nowhere/at/all'))
  assert(missing instanceof ConfigError)
  assert.match(missing.message, /Set TMPDIR/)
  const parent = await mkdtemp(`${process.env['TMPDIR'] ?? '/tmp'}/${'long'.repeat(20)}-`)
  t.after(() => rm(parent, { recursive: true }))
  const long = await rejection(createRuntimeFolder(parent))
  assert(long instanceof ConfigError)
  assert.match(long.message, /too long for the path of a Unix socket/)
})

test('fault 25: a folder that was removed is made again, under its name and for its user alone, for the next socket', async t => {
  const folder = await folderOf(t)
  await rm(folder.path, { recursive: true })
  const [first, second] = [await newSocketIn(folder), await newSocketIn(folder)]
  assert.equal((await stat(folder.path)).mode & 0o777, 0o700)
  assert.notEqual(first.path, second.path)
  assert(first.path.startsWith(`${folder.path}/`))
})

test("fault 25: what has taken the place of the folder meanwhile is refused, unless it is this user's alone", async t => {
  const elsewhere = await mkdtemp(join(tmpdir(), 'elsewhere-'))
  t.after(() => rm(elsewhere, { recursive: true }))
  const places: Record<string, (path: string) => Promise<void>> = {
    'a folder that others may enter': async path => {
      await mkdir(path)
      await chmod(path, 0o755)
    },
    'a link to a folder': path => symlink(elsewhere, path),
    'a file': path => writeFile(path, '', { mode: 0o600 }),
  }
  for (const [what, put] of Object.entries(places)) {
    const folder = await folderOf(t)
    await rm(folder.path, { recursive: true })
    await put(folder.path)
    const error = await rejection(newSocketIn(folder))
    assert(error instanceof ConfigError, what)
    assert.match(error.message, /was removed, and what is there now is not this user's alone/, what)
  }
})

test('fault 25: where the folder cannot be made again, a ConfigError says why and what to do', async t => {
  const parent = await mkdtemp(join(tmpdir(), 'parent-'))
  t.after(() => rm(parent, { recursive: true, force: true }))
  const folder = await createRuntimeFolder(parent)
  await rm(parent, { recursive: true })
  const error = await rejection(folder.ensure())
  assert(error instanceof ConfigError)
  assert.match(error.message, /^Cannot make the runtime's folder \S+ again: ENOENT.* Set TMPDIR/)
})

test('fault 25: a file for which the disk has no room is a ConfigError that says where and what to do', async t => {
  const folder = await folderOf(t)
  const file = join(folder.path, 'clicks.properties')
  await symlink('/dev/full', file)
  const error = await rejection(writeRuntimeFile(file, 'x', 0o600))
  assert(error instanceof ConfigError)
  assert.match(error.message, /^Cannot write the runtime's file \S+clicks\.properties: ENOSPC.* Set TMPDIR/)
  const other = join(folder.path, 'other')
  await writeRuntimeFile(other, 'text', 0o600)
  assert.deepEqual([await readFile(other, 'utf8'), (await stat(other)).mode & 0o777], ['text', 0o600])
})
