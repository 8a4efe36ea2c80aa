import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DaemonLog, parseLogLine } from '../../src/daemon/daemon-log.ts'
import { RecordingLogger } from '../../src/testing/recording-logger.ts'
import { VirtualClock } from '../support/virtual-clock.ts'

const line = (level: string, message: string): string =>
  `2026-11-23T18:00:00.000Z ${level} [worker-1] a.b.Shard: ${message}`

/** What comes of lines: level, source and message of each. */
function logged(...lines: string[]): string[] {
  const logger = new RecordingLogger()
  const log = new DaemonLog(logger)
  for (const each of lines) log.write(each)
  log.end()
  return logger.lines.map(({ level, fields, message }) => `${level} ${String(fields['source'])} ${message}`)
}

test("the JVM's levels become ours", () => {
  const lines = ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR'].map(level => line(level, 'hello: there'))
  assert.deepEqual(
    logged(...lines).map(each => each.replace(' a.b.Shard hello: there', '')),
    ['debug', 'debug', 'info', 'warn', 'error'],
  )
})

test('a line is taken apart: thread, logger, message, colons in it included', () => {
  assert.deepEqual(parseLogLine(line('WARN', 'lease: lost, at 12:00')), {
    level: 'warn',
    thread: 'worker-1',
    logger: 'a.b.Shard',
    message: 'lease: lost, at 12:00',
  })
  assert.equal(parseLogLine('    at java.base/java.lang.Thread.run(Thread.java:840)'), null)
})

test('the lines of a stack trace are one message with the line that they continue', () => {
  assert.deepEqual(
    logged(
      line('ERROR', 'it failed'),
      '  java.lang.Error: why',
      '\tat a.b.C.d(C.java:1)',
      line('INFO', 'on'),
      '\tat x',
    ),
    ['error a.b.Shard it failed\n  java.lang.Error: why\n\tat a.b.C.d(C.java:1)', 'info a.b.Shard on\n\tat x'],
  )
})

test("a line of another form is the JVM's own, at info", () => {
  assert.deepEqual(logged(line('ERROR', 'x'), 'Picked up JAVA_TOOL_OPTIONS: -Xmx1g', '  and more'), [
    'error a.b.Shard x',
    'info jvm Picked up JAVA_TOOL_OPTIONS: -Xmx1g\n  and more',
  ])
})

test('blank lines are passed over', () => {
  assert.deepEqual(logged('', '   ', line('INFO', 'x')), ['info a.b.Shard x'])
})

test('a line is cut at 4 KiB', () => {
  const logger = new RecordingLogger()
  const log = new DaemonLog(logger)
  log.write(line('INFO', 'x'.repeat(100_000)))
  log.end()
  assert.equal((logger.lines[0]?.message.length ?? 0) < 4_200, true)
  assert.match(logger.lines[0]?.message ?? '', /x…$/)
})

test('the last 20 lines are kept for errors, oldest first', () => {
  const log = new DaemonLog(new RecordingLogger())
  for (let n = 1; n <= 25; n++) log.write(line('INFO', `n ${n}`))
  assert.equal(log.lastLines.length, 20)
  assert.match(String(log.lastLines[0]), /n 6$/)
  assert.match(String(log.lastLines.at(-1)), /n 25$/)
})

test('an entry comes out when its lines stop coming, also without a next one', async t => {
  const clock = new VirtualClock(t)
  const logger = new RecordingLogger()
  const log = new DaemonLog(logger)
  log.write(line('WARN', 'alone'))
  assert.equal(logger.lines.length, 0)
  await clock.pass(100)
  assert.equal(logger.lines[0]?.message, 'alone')
})
