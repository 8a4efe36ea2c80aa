import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import crypto from 'node:crypto'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { syncBuiltinESMExports } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, type TestContext } from 'node:test'
import { kinesisStream } from 'tsmld'
import { real } from './support/lab.ts'
import { processes } from './support/processes.ts'
import { kinesisSink } from './support/sink.ts'

// Open to everyone, so that only the runtime's own folder keeps others out.
const parent = await mkdtemp(join(tmpdir(), 'security-test-'))
await chmod(parent, 0o755)
const { TMPDIR } = process.env
process.env['TMPDIR'] = parent
after(async () => {
  if (TMPDIR === undefined) delete process.env['TMPDIR']
  else process.env['TMPDIR'] = TMPDIR
  await rm(parent, { recursive: true })
})

for (const transport of ['unix', 'tcp'] as const) {
  real(
    `over ${transport}, another user reaches neither folder nor socket, and the token is in no place that can be read`,
    async lab => {
      const { t, stack, log, linesOf } = lab
      const stream = await stack.createStream()
      const tokens = keepTokens(t)
      const runtime = lab.runtime({
        transport,
        logger: allOf(log),
        streams: [kinesisStream({ streamName: stream, applicationName: stream, processor: kinesisSink(lab.note) })],
      })
      await runtime.start()
      await lab.produce(stream, [{ key: 'a', n: 0 }])
      await lab.arrival(stream, [{ key: 'a', n: 0 }])
      assert.equal(linesOf(stream).filter(({ type }) => type === 'delivered').length, 1)

      const [name = ''] = readdirSync(parent)
      const folder = join(parent, name)
      assert.equal(statSync(folder).mode & 0o777, 0o700)
      const sockets = readdirSync(folder).filter(file => file.endsWith('.sock'))
      assert.equal(sockets.length, transport === 'unix' ? 1 : 0)
      for (const path of [folder, ...sockets.map(socket => join(folder, socket))])
        assert.equal(asNobody(path), 'EACCES', path)

      assert.equal(tokens.length, 1)
      const [token = ''] = tokens
      assert.match(token, /^[0-9a-f]{64}$/)
      const java = processes().filter(({ parent: of, name: program }) => of === process.pid && program === 'java')
      assert.equal(java.length, 1)
      for (const pid of [process.pid, ...java.map(row => row.pid)])
        for (const file of ['cmdline', 'environ'])
          assert.ok(!readFileSync(`/proc/${pid}/${file}`, 'utf8').includes(token), `${pid}'s ${file}`)
      assert.ok(log.length > 0 && !log.join('\n').includes(token))
      assert.ok(!JSON.stringify(runtime.status()).includes(token))
      for (const file of readdirSync(folder, { recursive: true, withFileTypes: true }))
        if (file.isFile()) assert.ok(!readFileSync(join(file.parentPath, file.name), 'utf8').includes(token), file.name)
    },
  )
}

/** The tokens that runtimes make from here on: no interface gives them out. */
function keepTokens(t: TestContext): string[] {
  const tokens: string[] = []
  const { randomBytes } = crypto
  const keeping = (size: number): Buffer => {
    const bytes = randomBytes(size)
    if (size === 32) tokens.push(bytes.toString('hex'))
    return bytes
  }
  t.mock.method(crypto, 'randomBytes', keeping as typeof randomBytes)
  syncBuiltinESMExports()
  t.after(() => {
    t.mock.restoreAll()
    syncBuiltinESMExports()
  })
  return tokens
}

/** What another user's attempt on a path comes to: an error's code, or `reached`. Who is not root can be no other user, and tries the permission bits alone. */
function asNobody(path: string): string {
  if (process.getuid?.() !== 0)
    return (statSync(join(path, '..')).mode & 0o077) === 0 || (statSync(path).mode & 0o077) === 0 ? 'EACCES' : 'reached'
  const program = `
    const end = error => { process.stdout.write(error?.code ?? 'reached'); process.exit() }
    if (process.argv[1].endsWith('.sock')) require('net').connect(process.argv[1], () => end()).on('error', end)
    else require('fs').readdir(process.argv[1], end)`
  const { stdout, error } = spawnSync(process.execPath, ['-e', program, path], {
    cwd: '/',
    uid: 65_534,
    gid: 65_534,
    encoding: 'utf8',
  })
  assert.ifError(error)
  return stdout
}

function allOf(log: string[]) {
  const tell = (fields: object, message: string): void => {
    log.push(`${message} ${JSON.stringify(fields)}`)
  }
  return { debug: tell, info: tell, warn: tell, error: tell }
}
