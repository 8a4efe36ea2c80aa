import assert from 'node:assert/strict'
import { test } from 'node:test'
import { JavaProcess } from '../../src/daemon/java-process.ts'
import { RecordingLogger } from '../../src/testing/recording-logger.ts'

test('a java that cannot be run has exited, and its error names it', async () => {
  const jvm = new JavaProcess({ java: '/nowhere/java', args: [], env: {} }, new RecordingLogger(), {})
  const exit = await jvm.exited
  assert.match(
    jvm.exitError(exit, 'The daemon').message,
    /^The daemon could not be started with \/nowhere\/java: .*ENOENT/,
  )
  await jvm.kill()
})

test('killed, its whole process group is gone: bridge processes too, which hold its pipes open', async () => {
  const command = { java: '/bin/sh', args: ['-c', 'sleep 600 & echo started; wait'], env: {} }
  const jvm: JavaProcess = new JavaProcess(command, new RecordingLogger(), { outputLine: () => void jvm.kill() })
  assert.deepEqual(await jvm.exited, { exitCode: null, signal: 'SIGKILL' })
})

test('a line of its output ends at a line feed only, not at a U+2028 within', async () => {
  const lines: string[] = []
  const command = { java: '/bin/sh', args: ['-c', 'printf "one \\342\\200\\250 line\\nand another\\n"'], env: {} }
  const jvm = new JavaProcess(command, new RecordingLogger(), { outputLine: line => void lines.push(line) })
  await jvm.exited
  assert.deepEqual(lines, ['one \u2028 line', 'and another'])
})

test('output without an end of line is bounded: past 1 MiB the process is killed', async () => {
  const command = {
    java: '/bin/sh',
    args: ['-c', 'head -c 2000000 /dev/zero; sleep 600'],
    env: { PATH: '/usr/bin:/bin' },
  }
  const jvm = new JavaProcess(command, new RecordingLogger(), {})
  const exit = await jvm.exited
  assert.equal(exit.signal, 'SIGKILL')
  assert.match(jvm.exitError(exit, 'The daemon').message, /standard output of the JVM is unreadable/)
})
