import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { after, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { encodeDaemonMessage, encodeHello } from '../../packages/tsmld/src/protocol/daemon-frames.ts'
import type { DaemonMessage, WireRecord } from '../../packages/tsmld/src/protocol/messages.ts'
import type { MemoryConfig, MemoryFigures } from './support/memory-program.ts'

// No JVM: a fake daemon in this process sends frames over a real Unix socket to the program that is measured.
const mebibyte = 2 ** 20
const folder = await mkdtemp(join(tmpdir(), 'tsmld-memory-test-'))
const config: MemoryConfig = { path: join(folder, 'memory.sock'), token: randomUUID(), application: 'clicks-cache' }
const program = fileURLToPath(new URL('support/memory-program.ts', import.meta.url))
const child = spawn(process.execPath, ['--expose-gc', '--conditions=tsmld-source', '--import', 'tsx', program], {
  env: { ...process.env, NODE_TEST_CONTEXT: '', TSMLD_MEMORY: JSON.stringify(config) },
  stdio: ['pipe', 'pipe', 'inherit'],
})
const answers = createInterface({ input: child.stdout })
await once(answers, 'line')
const sockets: Socket[] = []
after(async () => {
  for (const socket of sockets) socket.destroy()
  child.stdin.end()
  await once(child, 'exit')
  await rm(folder, { recursive: true })
})

async function figures(): Promise<MemoryFigures> {
  child.stdin.write('\n')
  const [line] = (await once(answers, 'line')) as [string]
  return JSON.parse(line) as MemoryFigures
}

/** Opens a session up to its answer to `initialize`; gives a function that sends a message and waits for its status. */
async function openSession(shard: number): Promise<(message: DaemonMessage) => Promise<void>> {
  const shardId = `shardId-${String(shard).padStart(12, '0')}`
  const socket = connect(config.path)
  sockets.push(socket)
  const act = async (message: DaemonMessage): Promise<void> => {
    const answered = once(socket, 'data')
    // As large as the Java program makes its frames (FrameWriter.java).
    for (const frame of encodeDaemonMessage(message, 32 << 10)) socket.write(frame)
    const [answer] = (await answered) as [Buffer]
    assert.match(answer.toString('latin1'), new RegExp(`"responseFor":"${message.kind}"`))
  }
  const { application: stream, token } = config
  socket.write(encodeHello({ token, stream, shardId, leaseId: randomUUID(), recordFormat: 'kinesis' }))
  await act({ kind: 'initialize', shardId, sequenceNumber: 'TRIM_HORIZON', subSequenceNumber: 0 })
  return act
}

function batchOf(count: number, dataBytes: number): DaemonMessage {
  const records = Array.from(
    { length: count },
    (_, n): WireRecord => ({
      data: Buffer.alloc(dataBytes, n),
      partitionKey: `key-${n % 100}`,
      explicitHashKey: null,
      sequenceNumber: String(49_000_000_000_000_000_000_000n + BigInt(n)),
      subSequenceNumber: 0,
      approximateArrivalTimestamp: new Date(1_760_000_000_000),
      encryptionType: null,
      aggregated: false,
    }),
  )
  return { kind: 'processRecords', records, millisBehindLatest: 0, atShardEnd: false }
}

test('64 idle sessions cost Node no more than 30 MB above none', async t => {
  // The first session loads and compiles what all of them share.
  const act = await openSession(1_000)
  await act(batchOf(10, 100))
  await act({ kind: 'leaseLost' })
  const none = await figures()
  assert.equal(none.sessions, 0)
  await Promise.all(Array.from({ length: 64 }, (_, shard) => openSession(shard)))
  const idle = await figures()
  assert.equal(idle.sessions, 64)
  const [rss, used] = [idle.rss - none.rss, idle.used - none.used]
  t.diagnostic(`64 idle sessions: ${(rss / mebibyte).toFixed(1)} MiB of RSS, ${(used / mebibyte).toFixed(1)} MiB used`)
  assert.ok(used > 0)
  assert.ok(rss < 30 * mebibyte)
})

test('fault 13: a batch of 10,000 records of 1 KiB peaks at no more than 3 times its size', async t => {
  const act = await openSession(2_000)
  const batch = batchOf(10_000, 1_024)
  const size = 10_000 * 1_024
  const before = await figures()
  await act(batch)
  const after = await figures()
  assert.equal(after.records - before.records, 10_000)
  const used = (after.peakUsed - before.used) / size
  const rss = (after.peakRss - before.rss) / size
  t.diagnostic(
    `a batch of ${(size / mebibyte).toFixed(1)} MiB: ${used.toFixed(2)} × its size used, ${rss.toFixed(2)} × of RSS at the peak`,
  )
  assert.ok(used >= 1)
  assert.ok(used <= 3)
  // The process's own figure also holds what V8 has not given back yet, and its heap's growth at the first large batch.
  assert.ok(rss <= 3.5)
})
