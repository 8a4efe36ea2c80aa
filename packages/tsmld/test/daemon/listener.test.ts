import assert from 'node:assert/strict'
import { rm, stat } from 'node:fs/promises'
import { connect, type Socket } from 'node:net'
import { type TestContext, test } from 'node:test'
import { type Handshake, helloHandshake, noHandshake, tokenLineHandshake } from '../../src/daemon/handshake.ts'
import { type ListenerOptions, listen, newSocketPath } from '../../src/daemon/listener.ts'
import { createRuntimeFolder } from '../../src/daemon/runtime-folder.ts'
import { ConfigError } from '../../src/errors.ts'
import { DaemonPeer } from '../support/daemon-peer.ts'
import { isPending, rejection, until } from '../support/turns.ts'
import { VirtualClock } from '../support/virtual-clock.ts'

/** A listener on a Unix socket, or on TCP, and what came of its connections. */
async function listening(t: TestContext, options: Partial<ListenerOptions> & { tcp?: boolean } = {}) {
  const folder = await createRuntimeFolder()
  const sessions: Socket[] = []
  const refused: string[] = []
  const { tcp, ...rest } = options
  const listener = await listen({
    at: tcp === true ? 'tcp' : { path: newSocketPath(folder.path) },
    handshake: () => helloHandshake('secret'),
    handshakeTimeoutMs: 5_000,
    maxPendingHandshakes: 64,
    onSession: socket => {
      sessions.push(socket)
      return null
    },
    onRefused: reason => void refused.push(reason),
    onUnseen: reason => assert.fail(reason),
    ...rest,
  })
  const peers: DaemonPeer[] = []
  const dial = (): DaemonPeer => {
    const { address } = listener
    const socket = 'path' in address ? connect(address.path) : connect(address.port, address.host)
    const peer = new DaemonPeer(socket)
    peers.push(peer)
    return peer
  }
  t.after(async () => {
    for (const { stream } of peers) stream.destroy()
    for (const socket of sessions) socket.destroy()
    await listener.close()
    await folder[Symbol.asyncDispose]()
  })
  return { folder: folder.path, listener, sessions, refused, dial }
}

/** The reason in the refusal frame that a peer got. */
const reasonIn = (peer: DaemonPeer): string => peer.bytes().toString('utf8', 5)

for (const tcp of [false, true]) {
  const over = tcp ? 'over TCP' : 'over a Unix socket'

  test(`${over} a connection with the token is a session, and nothing is answered to its hello`, async t => {
    const { sessions, dial, refused } = await listening(t, { tcp })
    const peer = dial()
    peer.hello()
    await until('a session', () => sessions.length === 1)
    assert.equal(peer.bytes().length, 0)
    assert.equal(peer.closed, false)
    assert.deepEqual(refused, [])
  })

  test(`fault 17: ${over} a connection with a wrong token is told so and closed`, async t => {
    const { sessions, dial, refused } = await listening(t, { tcp })
    const peer = dial()
    peer.hello({ token: 'secres' })
    await until('it is closed', () => peer.closed)
    assert.equal(reasonIn(peer), '{"reason":"wrong token"}')
    assert.deepEqual(refused, ['wrong token'])
    assert.deepEqual(sessions, [])
  })

  test(`fault 17: ${over} a connection that says nothing is closed at the deadline`, async t => {
    const { sessions, dial, refused } = await listening(t, { tcp, handshakeTimeoutMs: 40 })
    const peer = dial()
    await until('it is closed', () => peer.closed)
    assert.deepEqual(refused, ['no complete handshake within 40 ms'])
    assert.equal(peer.bytes().length, 0)
    assert.deepEqual(sessions, [])
  })
}

test('fault 17: a connection that dribbles its hello is told of the deadline and closed', async t => {
  const hello = Buffer.from('TSMLDFR\x01\x00\x00\x01\x00\x01{"token":"secret","stream":"clicks-ca')
  const real = helloHandshake('secret')
  let came = 0
  const handshake: Handshake = {
    ...real,
    push(chunk) {
      came += chunk.length
      return real.push(chunk)
    },
  }
  const { sessions, dial, refused } = await listening(t, { handshake: () => handshake, handshakeTimeoutMs: 60_000 })
  // The deadline's time passes when the hello has come as far as it ever will, however long that takes.
  const clock = new VirtualClock(t)
  const peer = dial()
  for (const byte of hello) {
    const before = came
    peer.stream.write(Buffer.of(byte))
    await until('its byte came', () => came > before)
    await clock.pass(1)
  }
  assert.deepEqual([peer.closed, refused], [false, []])
  await clock.pass(60_000)
  await until('it is closed', () => peer.closed)
  assert.equal(reasonIn(peer), '{"reason":"handshake timeout"}')
  assert.deepEqual(refused, ['no complete handshake within 60000 ms'])
  assert.deepEqual(sessions, [])
})

test('fault 17: a refused connection that never closes its own end is closed by force', async t => {
  const { listener, refused } = await listening(t, { handshakeTimeoutMs: 40 })
  assert('path' in listener.address)
  const stubborn = connect({ path: listener.address.path, allowHalfOpen: true })
  t.after(() => stubborn.destroy())
  let writeFailed = false
  stubborn.on('error', () => {
    writeFailed = true
  })
  stubborn.write('not a hello')
  await until('Node has closed its end', () => stubborn.resume().readableEnded)
  const write = setInterval(() => stubborn.write('x'), 2)
  t.after(() => clearInterval(write))
  await until('its writes fail', () => writeFailed)
  assert.equal(refused.length, 1)
})

test('fault 17: a hello over 4 KiB is refused before it is read', async t => {
  const { dial, refused, sessions } = await listening(t)
  const peer = dial()
  peer.hello({ token: 'x'.repeat(5_000) })
  await until('it is closed', () => peer.closed)
  assert.match(reasonIn(peer), /over the limit of 4096/)
  assert.match(refused.join(), /over the limit of 4096/)
  assert.deepEqual(sessions, [])
})

test('what the session refuses is told to the daemon in its words', async t => {
  const { dial, refused } = await listening(t, { onSession: () => 'this lease has had its session' })
  const peer = dial()
  peer.hello()
  await until('it is closed', () => peer.closed)
  assert.equal(reasonIn(peer), '{"reason":"this lease has had its session"}')
  assert.deepEqual(refused, ['this lease has had its session'])
})

test('fault 17: a flood of 300 silent connections leaves real sessions and new ones undisturbed', async t => {
  const { dial, sessions, refused } = await listening(t, { handshakeTimeoutMs: 60_000 })
  const real = dial()
  real.hello()
  await until('a session', () => sessions.length === 1)
  const flood = Array.from({ length: 300 }, dial)
  // Past the limit the oldest go, so that no more than 64 stay.
  await until('most of the flood is closed', () => refused.length >= 300 - 64)
  const late = dial()
  late.hello()
  await until('another session', () => sessions.length === 2)
  const heard: string[] = []
  sessions[0]?.on('data', chunk => heard.push(String(chunk))).resume()
  real.stream.write('still here')
  sessions[0]?.write('and I')
  await until('both ways', () => heard.length > 0)
  await until('both ways', () => real.bytes().toString() === 'and I')
  assert.deepEqual([real.closed, late.closed], [false, false])
  assert.equal(flood.filter(({ closed }) => !closed).length <= 64, true)
  assert.equal(sessions.length, 2)
})

test('a connection that breaks in its handshake is forgotten, and told of', async t => {
  const real = helloHandshake('secret')
  let bytes = 0
  const handshake: Handshake = {
    ...real,
    push(chunk) {
      bytes += chunk.length
      return real.push(chunk)
    },
  }
  const { listener, refused } = await listening(t, { tcp: true, handshake: () => handshake })
  assert('port' in listener.address)
  const socket = connect(listener.address.port, listener.address.host)
  socket.write('TSM')
  await until('its bytes came', () => bytes === 3)
  socket.resetAndDestroy()
  await until('it is told', () => refused.length === 1)
  assert.match(refused.join(), /closed before its handshake/)
})

test('over TCP a bridge process sends the token line first, and what follows is the session', async t => {
  const rests: string[] = []
  const { dial, sessions, refused } = await listening(t, {
    tcp: true,
    handshake: () => tokenLineHandshake('secret'),
    onSession: (_, { hello, rest }) => {
      assert.equal(hello, null)
      rests.push(rest.toString())
      return null
    },
  })
  dial().stream.write('secret\n{"action":"initialize"}\n')
  dial().stream.write('secres\n{"action":"initialize"}\n')
  await until('both are judged', () => rests.length === 1 && refused.length === 1)
  assert.deepEqual(rests, ['{"action":"initialize"}\n'])
  assert.deepEqual(refused, ['wrong token'])
  assert.deepEqual(sessions, [])
})

test('TCP listens on the loopback only', async t => {
  const { listener } = await listening(t, { tcp: true })
  assert('host' in listener.address)
  assert.equal(listener.address.host, '127.0.0.1')
  assert.equal(listener.address.port > 0, true)
})

test("a runtime's folder is its own user's alone, the socket is in it, and both are gone at the end", async t => {
  const { folder, listener } = await listening(t, { handshake: () => noHandshake })
  assert('path' in listener.address)
  assert.equal((await stat(folder)).mode & 0o777, 0o700)
  assert.equal(listener.address.path.startsWith(`${folder}/`), true)
  assert.equal((await stat(listener.address.path)).isSocket(), true)
  await listener.close()
  await rejection(stat(listener.address.path))
})

test('closed, a listener takes nobody, ends pending handshakes and leaves sessions alone', async t => {
  const { listener, dial, sessions } = await listening(t)
  const real = dial()
  real.hello()
  const pending = dial()
  pending.stream.write('TSM')
  await until('a session', () => sessions.length === 1)
  await listener.close()
  await until('the pending one is closed', () => pending.closed)
  const late = dial()
  await until('nobody answers', () => late.closed)
  assert.equal(real.closed, false)
  assert.equal(sessions.length, 1)
})

test('fault 23: an address that is in use is a ConfigError that names it', async t => {
  const { listener } = await listening(t)
  assert('path' in listener.address)
  const error = await rejection(listening(t, { at: listener.address }))
  assert(error instanceof ConfigError)
  assert(error.message.startsWith(`Cannot listen for the daemon at ${listener.address.path}: `))
  assert.match(error.message, /EADDRINUSE/)
})

test('fault 23: where it cannot listen, a ConfigError says where and why', async () => {
  const refuse = () => assert.fail('a connection came')
  const nowhere = { at: { path: '/nowhere/a.sock' }, handshake: () => noHandshake, handshakeTimeoutMs: 1_000 }
  const error = await rejection(
    listen({ ...nowhere, maxPendingHandshakes: 1, onSession: refuse, onRefused: refuse, onUnseen: refuse }),
  )
  assert(error instanceof ConfigError)
  assert.match(error.message, /Cannot listen for the daemon at \/nowhere\/a\.sock: .*(ENOENT|EACCES).* Set TMPDIR/)
})

for (const what of ['socket', 'folder'] as const) {
  test(`fault 25: a listener whose ${what} was removed says so, with what to do, and closes all the same`, async t => {
    const clock = new VirtualClock(t)
    const { folder, listener } = await listening(t)
    assert('path' in listener.address)
    const { path } = listener.address
    await clock.pass(10_000)
    assert.equal(await isPending(listener.failed), true)
    await rm(what === 'socket' ? path : folder, { recursive: true })
    await clock.pass(2_000)
    const { message } = await listener.failed
    assert.match(message, new RegExp(`^The socket ${path} cannot be reached any more \\(ENOENT.* set TMPDIR `))
    await listener.close()
    assert.equal(clock.waiting, 0)
  })
}

test('a listener that is closed while it looks for its socket does not say that this is gone', async t => {
  const intervals = t.mock.method(globalThis, 'setInterval')
  const { listener } = await listening(t)
  const look = intervals.mock.calls[0]?.arguments[0] as () => void
  await rm((listener.address as { path: string }).path)
  look()
  await listener.close()
  // What the look brings, comes before what this later one does.
  await stat('.')
  assert(await isPending(listener.failed))
})
