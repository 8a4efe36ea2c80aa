import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ConfigError } from '../../src/errors.ts'
import { reviveFields, toPlainFields } from '../../src/threads/plain-fields.ts'

const crossed = (fields: Record<string, unknown>): Record<string, unknown> =>
  reviveFields(structuredClone(toPlainFields(fields)))

test('what can be cloned crosses as it is', () => {
  const fields = {
    n: 1,
    big: 2n,
    text: 'a',
    nothing: null,
    absent: undefined,
    list: [1, { a: 'b' }],
    when: new Date(7),
  }
  assert.deepEqual(crossed(fields), fields)
})

test('errors cross as errors', () => {
  const { err } = crossed({ err: new ConfigError('wrong', { stream: 'clicks-cache' }) })
  assert.ok(err instanceof ConfigError)
  assert.equal(err.stream, 'clicks-cache')
})

test('an object that says how it is written as JSON crosses as that', () => {
  class Id {
    readonly #value = 'id-7'
    toJSON(): string {
      return this.#value
    }
  }
  assert.deepEqual(crossed({ id: new Id(), bytes: Buffer.from('a') }), { id: 'id-7', bytes: new Uint8Array([97]) })
})

test('what cannot be cloned crosses as text, and nothing throws', () => {
  const hostile = {
    toJSON() {
      throw new Error('no')
    },
  }
  const fields = crossed({ f: () => 1, symbol: Symbol('s'), nested: { f: () => 1 }, hostile })
  assert.deepEqual(
    [fields['f'], fields['symbol'], fields['nested']],
    ['[Function: f]', 'Symbol(s)', '{ f: [Function: f] }'],
  )
  assert.equal(typeof fields['hostile'], 'string')
})
