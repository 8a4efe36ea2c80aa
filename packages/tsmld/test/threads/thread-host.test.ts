import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { ProtocolError } from '../../src/errors.ts'
import { toPlain } from '../../src/threads/plain-error.ts'
import { ThreadHost } from '../../src/threads/thread-host.ts'
import type { ThreadReport, ThreadRequest } from '../../src/threads/thread-messages.ts'
import { DaemonPeer } from '../support/daemon-peer.ts'
import { recorderUrl } from '../support/recorder-channel.ts'
import { until } from '../support/turns.ts'
import { initialize } from '../support/wire-records.ts'

const stream = 'clicks-cache'

/** What runs in a thread, in this one: `ask` gives the number of the request. */
async function hostOf(t: TestContext) {
  const folder = await mkdtemp(join(tmpdir(), 'thread-host-'))
  t.after(() => rm(folder, { recursive: true }))
  const reports: ThreadReport[] = []
  const host = new ThreadHost(report => void reports.push(report))
  let requests = 0
  const ask = (request: ThreadRequest): void => {
    host.perform({ ...request, request: ++requests })
  }
  const listen = (name: string): string => {
    const path = join(folder, name)
    ask({ kind: 'listen', stream, at: { path }, token: 'secret', handshakeTimeoutMs: 1_000, maxPendingHandshakes: 4 })
    return path
  }
  const answered = (count: number): Promise<void> =>
    until(`${count} answers`, () => reports.filter(({ kind }) => kind === 'answered').length === count)
  ask({
    kind: 'openStream',
    plan: {
      name: stream,
      label: 'clicks',
      type: 'kinesis',
      numbers: 'number',
      processor: { url: recorderUrl.href, exportName: 'default' },
      limits: {},
      checkpointTimeoutMs: 1_000,
      maxCheckpointAttempts: 3,
    },
  })
  await answered(1)
  t.after(async () => {
    ask({ kind: 'closeListener', stream })
    await answered(requests)
  })
  return { host, reports, listen, answered }
}

/** Connects as a daemon would; says whether that went. */
async function opens(t: TestContext, path: string): Promise<DaemonPeer | null> {
  const socket = connect(path)
  t.after(() => socket.destroy())
  const connected = await new Promise<boolean>(resolve => {
    socket.on('connect', () => resolve(true)).on('error', () => resolve(false))
  })
  return connected ? new DaemonPeer(socket) : null
}

test('of two orders to listen for a stream that come at once the last counts, and nothing listens beside it', async t => {
  const { listen, answered } = await hostOf(t)
  const [first, last] = [listen('first.sock'), listen('last.sock')]
  await answered(3)
  assert.deepEqual([(await opens(t, first)) !== null, (await opens(t, last)) !== null], [false, true])
})

test('a session that is refused while it waits for its turn is over, and nothing of it stays', async t => {
  const { host, reports, listen, answered } = await hostOf(t)
  const path = listen('a.sock')
  await answered(2)
  const peer = await opens(t, path)
  assert.ok(peer !== null)
  peer.hello()
  peer.say(initialize())
  await until('it asks for its turn', () => reports.some(({ kind }) => kind === 'asksTurn'))
  host.perform({ kind: 'end', session: 1, error: toPlain(new ProtocolError('The session is refused.')) })
  await until('it is settled', () => reports.some(({ kind }) => kind === 'settled'))
  assert.deepEqual(
    reports.map(({ kind }) => kind).filter(kind => kind !== 'answered'),
    ['opened', 'asksTurn', 'lost', 'ended', 'settled'],
  )
})
