import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { readFile, stat } from 'node:fs/promises'
import { type TestContext, test } from 'node:test'
import { bridgeCommand } from '../../src/daemon/bridge.ts'
import { createRuntimeFolder } from '../../src/daemon/runtime-folder.ts'
import { ConfigError } from '../../src/errors.ts'
import { rejection } from '../support/turns.ts'

async function folderOf(t: TestContext): Promise<string> {
  const folder = await createRuntimeFolder()
  t.after(() => folder[Symbol.asyncDispose]())
  return folder.path
}

test('over a Unix socket the bridge is one command without a token', async () => {
  const at = { folder: '/tmp/x', token: 'secret', address: { path: '/tmp/x/a.sock' } }
  assert.equal(await bridgeCommand({ ...at, program: 'socat' }), 'socat -b 65536 - UNIX-CONNECT:/tmp/x/a.sock')
  assert.equal(await bridgeCommand({ ...at, program: 'nc' }), 'nc -N -U /tmp/x/a.sock')
})

for (const program of ['socat', 'nc'] as const) {
  test(`over TCP with ${program} it is a script of this user's alone, and the token is in a file of its own`, async t => {
    const folder = await folderOf(t)
    const script = await bridgeCommand({ folder, program, token: 'secret', address: { host: '127.0.0.1', port: 4321 } })
    assert(!script.includes(' '), 'the MultiLangDaemon splits it on spaces')
    assert.equal((await stat(script)).mode & 0o777, 0o700)
    const text = await readFile(script, 'utf8')
    assert(!text.includes('secret'))
    const tokenFile = /cat '([^']+)'/.exec(text)?.[1] ?? ''
    assert.equal((await stat(tokenFile)).mode & 0o777, 0o600)
    assert.equal(await readFile(tokenFile, 'utf8'), 'secret\n')
  })
}

test('the script sends the token line first, then what the daemon says', async t => {
  const folder = await folderOf(t)
  const script = await bridgeCommand({
    folder,
    program: 'socat',
    token: 'secret',
    address: { host: '127.0.0.1', port: 1 },
  })
  // What the script pipes into the bridge: the same command with the bridge itself left out.
  const [, pipeline] = (await readFile(script, 'utf8')).split('\n')
  const child = spawn('/bin/sh', ['-c', String(pipeline).replace(/\|.*/, '')], { stdio: ['pipe', 'pipe', 'inherit'] })
  child.stdin.end('{"action":"initialize"}\n')
  let output = ''
  for await (const chunk of child.stdout) output += String(chunk)
  assert.equal(output, 'secret\n{"action":"initialize"}\n')
})

test('a folder with characters that the bridge would take for its own is a ConfigError', async () => {
  for (const folder of ['/tmp/a b', '/tmp/a,b', '/tmp/a:b', '/tmp/a!b', "/tmp/a'b"]) {
    const options = { folder, program: 'socat', token: 'secret', address: { path: `${folder}/x.sock` } } as const
    const error = await rejection(bridgeCommand(options))
    assert(error instanceof ConfigError)
    assert.match(error.message, /Set TMPDIR/)
  }
})
