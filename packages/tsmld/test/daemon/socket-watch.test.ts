import assert from 'node:assert/strict'
import { lstat, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { type TestContext, test } from 'node:test'
import { createRuntimeFolder } from '../../src/daemon/runtime-folder.ts'
import { watchSocket } from '../../src/daemon/socket-watch.ts'
import { until } from '../support/turns.ts'
import { VirtualClock } from '../support/virtual-clock.ts'

/** A file, which is watched as a socket is, and what was told of it. */
async function watched(t: TestContext) {
  const clock = new VirtualClock(t)
  const folder = await createRuntimeFolder()
  const path = `${folder.path}/a.sock`
  await writeFile(path, '')
  const told: string[] = []
  const end = await watchSocket(path, {
    onGone: ({ message }) => void told.push(`gone: ${message}`),
    onUnseen: reason => void told.push(`unseen: ${reason}`),
  })
  t.after(async () => {
    end()
    await folder[Symbol.asyncDispose]()
  })
  return { clock, folder: folder.path, path, told }
}

/** What was asked of the file system before has been answered: its few threads take questions in their order. */
async function allLooked(): Promise<void> {
  await Promise.all(Array.from({ length: 32 }, () => lstat('.')))
}

test('fault 25: another file in the place of a socket is the loss of it', async t => {
  const { clock, path, told } = await watched(t)
  await rename(path, `${path}.old`)
  await writeFile(path, '')
  await clock.pass(2_000)
  await until('it is told', () => told.length > 0)
  assert.match(told.join(), /^gone: The socket \S+ cannot be reached any more \(another file is in its place\)/)
})

test('fault 25: so is a file in the place of its folder', async t => {
  const { clock, folder, told } = await watched(t)
  await rm(folder, { recursive: true })
  await writeFile(folder, '')
  await clock.pass(2_000)
  await until('it is told', () => told.length > 0)
  await rm(folder)
  assert.match(told.join(), /^gone: The socket \S+ cannot be reached any more \(ENOTDIR/)
})

test('a socket that cannot be seen for a while is not lost: that is told once, and it is looked for again', async t => {
  const { clock, folder, told } = await watched(t)
  for (const times of [1, 2]) {
    await rename(folder, `${folder}.away`)
    await symlink(folder, folder)
    await clock.pass(6_000)
    await until('it is told', () => told.length === times)
    await allLooked()
    await rm(folder)
    await rename(`${folder}.away`, folder)
    await clock.pass(2_000)
    await allLooked()
  }
  assert.match(told.join(), /^unseen: ELOOP[^,]*, [^,]*,unseen: ELOOP[^,]*, [^,]*$/)
})
