import assert from 'node:assert/strict'
import { tmpdir } from 'node:os'
import { test } from 'node:test'
import { type EmulatorCommand, startEmulator } from '../src/emulator.ts'

function emulator(program: string, isReady: EmulatorCommand['isReady'] = () => Promise.resolve(true)): EmulatorCommand {
  const { execPath: command } = process
  return {
    name: 'The emulator',
    command,
    needs: 'Java 17',
    args: ['-e', program],
    folder: tmpdir(),
    environment: {},
    isReady,
  }
}

test('an emulator that ends too early is named with its last lines', async () => {
  const failing = emulator('console.error("no port for me"); process.exit(3)', () => Promise.resolve(false))
  await assert.rejects(startEmulator(failing, 10_000), /The emulator ended before it was ready\. .*\nno port for me$/)
})

test('an emulator that is never ready is ended at the deadline', async () => {
  const slow = emulator('setInterval(() => {}, 1000)', () => Promise.reject(new Error('refused')))
  await assert.rejects(startEmulator(slow, 200), /The emulator was not ready within 200 ms\. It wrote nothing\./)
})

test('a command that is not there is said so', async () => {
  const missing: EmulatorCommand = { ...emulator('', () => Promise.resolve(false)), command: '/no/such/java' }
  await assert.rejects(startEmulator(missing, 10_000), /^Error: The emulator could not be run: it needs Java 17\.$/)
})

test('stopping ends the process, and may be asked twice', async () => {
  const { exited, stop } = await startEmulator(emulator('setInterval(() => {}, 1000)'), 10_000)
  await Promise.all([stop(), stop()])
  assert.equal(await exited, undefined)
})
