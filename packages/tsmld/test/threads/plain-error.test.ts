import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as tsmld from '../../src/index.ts'
import { revive, toPlain } from '../../src/threads/plain-error.ts'

const crossed = (error: unknown): Error => revive(structuredClone(toPlain(error)))
const where = { stream: 'clicks-cache', shardId: 'shardId-1' }
const exit = { exitCode: 1, signal: null, lastLines: ['a line'] }

const errors: readonly tsmld.TsmldError[] = [
  new tsmld.ConfigError('wrong', where),
  new tsmld.ProtocolError('wrong', where),
  new tsmld.RecordProcessorError('wrong', { ...where, cause: new TypeError('of the user') }),
  new tsmld.CheckpointError('wrong', 'ShutdownException', where),
  new tsmld.TimeoutError('late', where),
  new tsmld.InvalidRecordError('misfit', where),
  new tsmld.DaemonExitError('gone', exit, where),
  new tsmld.ThreadExitError('gone', { thread: 2, exitCode: 7 }, where),
  new tsmld.StreamFailedError('gone', where),
  new tsmld.RestartLimitError('too often', { ...where, cause: new tsmld.TimeoutError('late') }),
]

for (const error of errors) {
  test(`a ${error.name} crosses with its class, its fields, its stack and its cause`, () => {
    const revived = crossed(error)
    assert.equal(revived.constructor, error.constructor)
    assert.ok(tsmld.TsmldError.is(revived))
    assert.deepEqual(Object.entries(revived), Object.entries(error))
    assert.deepEqual([revived.name, revived.message, revived.stack], [error.name, error.message, error.stack])
    assert.equal((revived.cause as Error | undefined)?.message, (error.cause as Error | undefined)?.message)
    assert.equal((revived.cause as Error | undefined)?.name, (error.cause as Error | undefined)?.name)
  })
}

test('every class of tsmld is among them', () => {
  const classes = Object.entries(tsmld).filter(
    ([name, value]) => typeof value === 'function' && name.endsWith('Error') && name !== 'TsmldError',
  )
  assert.deepEqual(classes.map(([name]) => name).sort(), errors.map(({ name }) => name).sort())
})

test('any other error crosses with its name, its code and its causes', () => {
  const error = Object.assign(new RangeError('too far', { cause: new Error('why', { cause: 'a text' }) }), {
    code: 'ERR_X',
  })
  const revived = crossed(error)
  assert.ok(!tsmld.TsmldError.is(revived))
  assert.equal(String(revived), 'RangeError: too far')
  assert.equal((revived as { code?: unknown }).code, 'ERR_X')
  assert.equal(String((revived.cause as Error).cause), 'Error: a text')
})

test('what is thrown and is no error crosses as one', () => {
  assert.equal(crossed('a text').message, 'a text')
  assert.equal(crossed(undefined).message, 'undefined')
})

test('causes in a circle come to an end', () => {
  const error = new Error('outer')
  error.cause = new Error('inner', { cause: error })
  assert.equal(crossed(error).message, 'outer')
})
