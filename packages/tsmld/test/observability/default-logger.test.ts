import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { RecordProcessorError, RestartLimitError } from '../../src/errors.ts'
import { stderrLogger } from '../../src/observability/default-logger.ts'
import { withFields } from '../../src/observability/logger.ts'
import { RecordingLogger } from '../../src/testing/recording-logger.ts'

/** What goes to stderr while the test runs. */
function captureStderr(t: TestContext): string[] {
  const written: string[] = []
  t.mock.method(process.stderr, 'write', (text: string) => {
    written.push(text)
    return true
  })
  return written
}

test('a message is one line: time, level, message, fields', t => {
  const written = captureStderr(t)
  stderrLogger('info').warn({ shardId: 's-1', records: 3, at: { a: 1 } }, 'it waits')
  assert.equal(written.length, 1)
  assert.match(String(written[0]), /^\d{4}-\d\d-\d\dT[\d:.]+Z WARN {2}it waits shardId=s-1 records=3 at=\{"a":1\}\n$/)
})

for (const [least, expected] of [
  ['debug', ['DEBUG', 'INFO', 'WARN', 'ERROR']],
  ['info', ['INFO', 'WARN', 'ERROR']],
  ['warn', ['WARN', 'ERROR']],
  ['error', ['ERROR']],
  ['off', []],
  ['a word that is no level', ['INFO', 'WARN', 'ERROR']],
] as const) {
  test(`with ${least} these levels come out: ${expected.join(', ')}`, t => {
    const written = captureStderr(t)
    const logger = stderrLogger(least)
    for (const level of ['debug', 'info', 'warn', 'error'] as const) logger[level]({}, 'x')
    assert.deepEqual(
      written.map(line => line.split(' ')[1]),
      expected,
    )
  })
}

test("an error's line is followed by the stack of what the user's code threw", t => {
  const written = captureStderr(t)
  const err = new RecordProcessorError('it failed', { cause: new TypeError('undefined is no function') })
  stderrLogger('info').error({ err: new RestartLimitError('too often', { cause: err }) }, 'the session failed')
  const [first, second, ...stack] = written.join('').split('\n')
  assert.match(String(first), /ERROR the session failed$/)
  assert.equal(second, 'TypeError: undefined is no function')
  assert.match(stack.join('\n'), /default-logger\.test/)
})

test('an error that the user logs is followed by its own stack', t => {
  const written = captureStderr(t)
  stderrLogger('info').error({ err: new TypeError('mine') }, 'it went wrong')
  assert.match(written.join(''), /ERROR it went wrong\nTypeError: mine\n {4}at /)
})

test('a field that JSON cannot hold is shown all the same', t => {
  const written = captureStderr(t)
  const circular: Record<string, unknown> = {}
  circular['self'] = circular
  stderrLogger('info').info({ id: 2n ** 64n, keys: { id: 1n }, circular, nothing: undefined }, 'x')
  assert.match(
    written.join(''),
    /x id="18446744073709551616" keys=\{"id":"1"\} circular=\[object Object\] nothing=undefined\n$/,
  )
})

test('below error no stack is shown', t => {
  const written = captureStderr(t)
  stderrLogger('info').warn({ err: new Error('x', { cause: new Error('y') }) }, 'hm')
  assert.equal(written.join('').split('\n').length, 2)
})

test('fields of a logger are in every line, and a line may override them', () => {
  const inner = new RecordingLogger()
  const logger = withFields(withFields(inner, { stream: 'a' }), { shardId: 's' })
  for (const level of ['debug', 'info', 'warn', 'error'] as const) logger[level]({ n: 1 }, 'x')
  assert.deepEqual(
    inner.lines.map(({ level }) => level),
    ['debug', 'info', 'warn', 'error'],
  )
  for (const { fields } of inner.lines) assert.deepEqual(fields, { stream: 'a', shardId: 's', n: 1 })
  logger.info({ shardId: 'other' }, 'y')
  assert.equal(inner.lines.at(-1)?.fields['shardId'], 'other')
})
