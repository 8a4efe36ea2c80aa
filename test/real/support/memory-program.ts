// The Node side of many sessions, in a process of its own whose memory a test measures: the listener, the sessions and their codec, without a JVM. Its configuration is JSON in
// TSMLD_MEMORY; a line on its standard input asks for its figures.
import { createInterface } from 'node:readline'
import { helloHandshake } from '../../../packages/tsmld/src/daemon/handshake.ts'
import { listen } from '../../../packages/tsmld/src/daemon/listener.ts'
import { framesCodec } from '../../../packages/tsmld/src/protocol/frame-codec.ts'
import { recordsDecoder } from '../../../packages/tsmld/src/records/records-decoder.ts'
import { ShardSessions } from '../../../packages/tsmld/src/runtime/shard-sessions.ts'

/** What the program listens with. */
export interface MemoryConfig {
  readonly path: string
  readonly token: string
  readonly application: string
}

/** What it answers, in bytes. */
export interface MemoryFigures {
  /** After a garbage collection. */
  readonly rss: number
  readonly used: number
  /** The greatest since the last answer: taken when a whole batch has come, before its handler ends. */
  readonly peakUsed: number
  /** The greatest of the process's life. */
  readonly peakRss: number
  readonly sessions: number
  readonly records: number
}

if (process.env['TSMLD_MEMORY'] !== undefined) await run(JSON.parse(process.env['TSMLD_MEMORY']) as MemoryConfig)

async function run({ path, token, application }: MemoryConfig): Promise<void> {
  let peakUsed = 0
  let records = 0
  const nothing = (): void => {}
  const sessions = new ShardSessions({
    stream: application,
    applicationName: application,
    factory: () => ({
      processRecords: batch => {
        records += batch.records.length
        peakUsed = Math.max(peakUsed, used())
      },
    }),
    decoderOf: () => recordsDecoder('kinesis', 'number'),
    newCodec: () => framesCodec(),
    logger: { debug: nothing, info: nothing, warn: nothing, error: console.error },
    checkpointTimeoutMs: 10_000,
    maxCheckpointAttempts: 3,
    handlerWaitMs: 0,
    refuseWhileStopping: true,
    shardRestartLimit: 1,
    stallTimeoutMs: 300_000,
    onFailure: nothing,
    onDisconnect: nothing,
  })
  const listener = await listen({
    at: { path },
    handshake: () => helloHandshake(token),
    handshakeTimeoutMs: 5_000,
    maxPendingHandshakes: 256,
    onSession: (socket, { hello, rest }) => sessions.accept(socket, hello, rest),
    onRefused: console.error,
    onUnseen: console.error,
  })
  const orders = createInterface({ input: process.stdin })
  orders.on('line', () => {
    const figures: MemoryFigures = {
      peakUsed,
      peakRss: peakRss(),
      ...settled(),
      sessions: sessions.statuses().length,
      records,
    }
    peakUsed = 0
    process.stdout.write(`${JSON.stringify(figures)}\n`)
  })
  orders.on('close', () => void listener.close().then(() => process.exit()))
  process.stdout.write('{}\n')
}

function used(): number {
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}

function settled(): { rss: number; used: number } {
  globalThis.gc?.()
  globalThis.gc?.()
  return { rss: process.memoryUsage.rss(), used: used() }
}

const peakRss = (): number => process.resourceUsage().maxRSS * 1024
