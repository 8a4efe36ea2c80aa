import assert from 'node:assert/strict'
import { ConfigError } from '../../src/errors.ts'

/** Asserts that something is refused with a ConfigError whose message matches, and returns that message. */
export function assertRefused(attempt: () => unknown, message: RegExp): string {
  let text = ''
  assert.throws(attempt, (error: unknown) => {
    assert.ok(error instanceof ConfigError, String(error))
    assert.match(error.message, message)
    text = error.message
    return true
  })
  return text
}
