import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import crypto from 'node:crypto'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { syncBuiltinESMExports } from 'node:module'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, type TestContext } from 'node:test'
import { kinesisStream } from 'tsmld'
import { encodeHello } from '../../packages/tsmld/src/protocol/daemon-frames.ts'
import { real } from './support/lab.ts'
import { assertExactlyOnce } from './support/oracle.ts'
import { processes } from './support/processes.ts'
import { kinesisSink } from './support/sink.ts'
import { eventually } from './support/stack.ts'

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

real('fault 17: a flood of strangers is closed at the deadline, and the real sessions go on', async lab => {
  const { t, stack, linesOf } = lab
  const stream = await stack.createStream()
  const runtime = lab.runtime({
    handshakeTimeoutMs: 1_500,
    streams: [kinesisStream({ streamName: stream, applicationName: stream, processor: kinesisSink(lab.note) })],
  })
  await runtime.start()
  const end = lab.producing(stream, ['a', 'b'])
  const delivered = () => linesOf(stream).filter(({ type }) => type === 'delivered').length
  await eventually('records flow', () => delivered() > 0)
  const [name = ''] = readdirSync(parent)
  const folder = join(parent, name)
  const path = join(folder, readdirSync(folder)[0] ?? '')
  const wrong = encodeHello({
    token: 'a5'.repeat(32),
    stream,
    shardId: 'shardId-000000000000',
    leaseId: 'none',
    recordFormat: 'kinesis',
  })
  const words = [
    Buffer.alloc(0),
    wrong,
    Buffer.from('GET / HTTP/1.1\r\n\r\n'),
    wrong.subarray(0, 20),
    Buffer.alloc(1 << 16),
  ]
  const from = performance.now()
  const strangers = Array.from({ length: 600 }, (_, n) => {
    const socket = connect(path)
    socket.on('error', () => {})
    socket.write(words[n % words.length] ?? '')
    return new Promise(resolve => socket.resume().once('close', resolve))
  })
  const before = delivered()
  await Promise.all(strangers)
  t.diagnostic(`600 strangers were gone after ${Math.round(performance.now() - from)} ms, with a deadline of 1500 ms`)
  await eventually('records flow on', () => delivered() > before)
  const produced = await end()
  await lab.arrival(stream, produced)
  assertExactlyOnce(produced, linesOf(stream))
  assert.equal(linesOf(stream).filter(({ type }) => type === 'begun').length, 1)
  assert.equal(runtime.status().streams[0]?.restarts, 0)
  await runtime.stop()
})

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
