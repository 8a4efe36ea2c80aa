import assert from 'node:assert/strict'
import { test } from 'node:test'
import { guardedLogger } from '../../src/observability/guarded-logger.ts'
import type { Logger } from '../../src/observability/logger.ts'

const levels = ['debug', 'info', 'warn', 'error'] as const

test('a logger that throws or rejects ends nothing, and is said once on stderr', async t => {
  const said: string[] = []
  t.mock.method(process.stderr, 'write', (text: string) => said.push(text) > 0)
  const down = (): never => {
    throw new Error('the log is down')
  }
  const rejecting = (): unknown => Promise.reject(new Error('the log is down'))
  const guarded = guardedLogger({ debug: down, info: rejecting, warn: down, error: rejecting })
  for (const level of levels) guarded[level]({}, 'a line')
  await new Promise(setImmediate)
  t.mock.restoreAll()
  assert.deepEqual(said, ["tsmld: the option 'logger' failed, and what it was given is lost: the log is down\n"])
})

test('what is logged reaches the methods of the logger itself', () => {
  const taken: unknown[] = []
  class Own implements Logger {
    readonly #lines = taken
    debug = (fields: object, message: string) => void this.#lines.push(['debug', fields, message])
    info = (fields: object, message: string) => void this.#lines.push(['info', fields, message])
    warn = (fields: object, message: string) => void this.#lines.push(['warn', fields, message])
    error(fields: object, message: string): void {
      this.#lines.push(['error', fields, message])
    }
  }
  const guarded = guardedLogger(new Own())
  for (const level of levels) guarded[level]({ level }, 'a line')
  assert.deepEqual(
    taken,
    levels.map(level => [level, { level }, 'a line']),
  )
})
