import { type Deferred, deferred } from '../../src/deferred.ts'
import type { Hello, WireRecord } from '../../src/protocol/messages.ts'
import { kinesisDecoder } from '../../src/records/records-decoder.ts'
import { ShardSessions, type ShardSessionsOptions } from '../../src/runtime/shard-sessions.ts'
import type { Shard } from '../../src/session/record-processor.ts'
import { RecordingLogger } from '../../src/testing/recording-logger.ts'
import { DaemonPeer, helloOf, socketPair } from './daemon-peer.ts'
import { type CodecKind, newCodec } from './scripted-daemon.ts'
import { turns } from './turns.ts'
import { batch, initialize } from './wire-records.ts'

/** All sessions of a stream, and what its user code did: `made 1`, `began 1`, `settled 1`, `lost 1`, by the number of the processor. */
export function sessionsOf(kind: CodecKind = 'frames', options: Partial<ShardSessionsOptions<WireRecord>> = {}) {
  const log = new RecordingLogger()
  const calls: string[] = []
  const failures: Error[] = []
  const shards: Shard[] = []
  const works: Deferred<void>[] = []
  const sessions = new ShardSessions<WireRecord>({
    stream: 'clicks',
    applicationName: 'clicks-cache',
    factory: shard => {
      const n = shards.push(shard)
      calls.push(`made ${n}`)
      return {
        async processRecords() {
          calls.push(`began ${n}`)
          const work = deferred<void>()
          works.push(work)
          await work.promise.finally(() => calls.push(`settled ${n}`))
        },
        leaseLost: () => void calls.push(`lost ${n}`),
      }
    },
    decoderOf: () => kinesisDecoder,
    logger: log,
    newCodec: () => newCodec(kind),
    checkpointTimeoutMs: 1_000,
    maxCheckpointAttempts: 3,
    handlerWaitMs: 30_000,
    refuseWhileStopping: true,
    shardRestartLimit: 3,
    stallTimeoutMs: 60_000,
    onFailure: error => void failures.push(error),
    onDisconnect: () => {},
    ...options,
  })
  let leases = 0
  const open = (fields: Partial<Hello> = {}) => {
    const [near, far] = socketPair()
    const peer = new DaemonPeer(far, kind)
    const hello = kind === 'frames' ? helloOf({ leaseId: `lease-${++leases}`, ...fields }) : null
    return { peer, refusal: sessions.accept(near, hello, Buffer.alloc(0)) }
  }
  /** A session whose processor is inside `processRecords`. */
  const busy = async () => {
    const { peer } = open()
    peer.say(initialize())
    await turns()
    peer.say(batch(1))
    await turns()
    return peer
  }
  return { sessions, log, calls, failures, shards, works, open, busy }
}
