import assert from 'node:assert/strict'
import { test } from 'node:test'
import { JavaProcess } from '../../src/daemon/java-process.ts'
import { RecordingLogger } from '../support/recording-logger.ts'

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
