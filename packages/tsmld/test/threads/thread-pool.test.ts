import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { ThreadExitError, TimeoutError } from '../../src/errors.ts'
import { RecordingLogger } from '../../src/testing/recording-logger.ts'
import { bootThread } from '../../src/threads/thread-boot.ts'
import type { StreamPlan } from '../../src/threads/thread-messages.ts'
import { ThreadPool, type ThreadPoolOptions, type ThreadSlot } from '../../src/threads/thread-pool.ts'
import { rejection, turns } from '../support/turns.ts'

/** A pool of one thread. */
function poolOf(t: TestContext, options: Partial<ThreadPoolOptions> = {}) {
  const logger = new RecordingLogger()
  const pool = new ThreadPool({ count: 1, nodeTimeoutMs: 30_000, logger, ...options })
  t.after(() => pool.end())
  return { pool, logger, slot: pool.slots[0] as ThreadSlot }
}

/** The plan of a stream whose processor's module has this text. */
async function planOf(t: TestContext, text: string): Promise<StreamPlan> {
  const folder = await mkdtemp(join(tmpdir(), 'thread-pool-'))
  t.after(() => rm(folder, { recursive: true }))
  await writeFile(join(folder, 'module.mjs'), text)
  const processor = { url: pathToFileURL(join(folder, 'module.mjs')).href, exportName: 'default' }
  const stream = { name: 'clicks-cache', label: 'clicks', type: 'kinesis', numbers: 'number' } as const
  return { ...stream, processor, limits: {}, checkpointTimeoutMs: 1_000, maxCheckpointAttempts: 3 }
}

test('a place is filled once, however often it is asked for, and again when its thread has ended', async t => {
  const { slot, logger } = poolOf(t)
  const [thread, same] = await Promise.all([slot.start(), slot.start()])
  assert.equal(thread, same)
  assert.equal(await slot.start(), thread)
  const plan = await planOf(t, 'process.exit(3)')
  const error = await rejection(thread.ask({ kind: 'openStream', plan }))
  assert(error instanceof ThreadExitError)
  assert.equal(error.exitCode, 3)
  const next = await slot.start()
  assert.notEqual(next, thread)
  const { state, restarts, lastFailure } = slot.status()
  assert.deepEqual([state, restarts, lastFailure], ['running', 1, error.message])
  assert.equal(logger.lines.find(({ level }) => level === 'error')?.fields['err'], error)
})

test('a thread that runs out of memory takes nothing else with it', async t => {
  const { slot } = poolOf(t, { boot: index => bootThread(index, { maxOldGenerationSizeMb: 64 }) })
  const thread = await slot.start()
  const plan = await planOf(t, 'const kept = []\nfor (;;) kept.push(new Array(10_000).fill({}))')
  const error = await rejection(thread.ask({ kind: 'openStream', plan }))
  assert(error instanceof ThreadExitError)
  assert.match(error.message, /^Thread 0 ended by an uncaught Error: Worker terminated due to reaching memory limit/)
  await thread.exited
})

test('a program that cannot start is told with its reason', async t => {
  const { slot } = poolOf(t, { boot: () => assert.fail('no program') })
  assert.equal((await rejection(slot.start())).message, 'no program')
})

test('ended, a pool has no threads, also where one was about to start, and starts none', async t => {
  const { pool, slot } = poolOf(t)
  const starting = rejection(slot.start())
  // Its program is booting by then.
  await turns()
  await pool.end()
  assert.ok((await starting) instanceof TimeoutError)
  assert.ok((await rejection(slot.start())) instanceof TimeoutError)
  assert.deepEqual([slot.status().state, slot.status().silentMs], ['stopped', null])
})
