// A long program under `npm run` gets the signals that npm is sent: see docs/chaos.md.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { processesNaming } from '../../soak/measure/proc.ts'

const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { readonly scripts: Record<string, string> }

test('SIGTERM of npm ends the program that it runs', async t => {
  const seed = String(1_000_000_000 + process.pid)
  const npm = spawn('npm', ['run', '--silent', 'fuzz', '--', '--seed', seed, '--inputs', '1000000000'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  t.after(() => {
    for (const pid of processesNaming(seed)) process.kill(pid, 'SIGKILL')
    npm.stdout.destroy()
  })
  await once(npm.stdout, 'data')
  const ended = once(npm, 'exit')
  npm.kill('SIGTERM')
  await ended
  assert.deepEqual(processesNaming(seed), [])
})

test('every script that runs long is one that does so', () => {
  for (const name of ['bench', 'chaos', 'demo', 'example:cache', 'fuzz', 'matrix', 'soak'])
    assert.match(scripts[name] ?? '', /^exec node /, name)
})
