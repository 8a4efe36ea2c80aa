import assert from 'node:assert/strict'
import { test } from 'node:test'
import { runInNewContext } from 'node:vm'
import { asError } from '../src/errors.ts'

for (const [what, thrown, message] of [
  ['a text', 'down', 'down'],
  ['nothing', undefined, 'undefined'],
  ["another realm's error", runInNewContext('new Error("down")'), 'down'],
  ['an object with a message', { code: 3, message: 'down' }, 'down'],
  ['an object', { statusCode: 503, body: 'secret' }, 'what was thrown is no Error, but an object of statusCode, body'],
  ['an empty object', {}, 'what was thrown is no Error, but an object of no fields'],
] as const)
  test(`${what} that was thrown is told in words, without what its fields hold`, () => {
    assert.equal(asError(thrown).message, message)
  })
