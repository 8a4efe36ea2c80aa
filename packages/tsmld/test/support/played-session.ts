import assert from 'node:assert/strict'
import type { WireRecord } from '../../src/protocol/messages.ts'
import { kinesisDecoder } from '../../src/records/records-decoder.ts'
import type { Checkpointer, RecordProcessor } from '../../src/session/record-processor.ts'
import type { SessionEnd } from '../../src/session/session-events.ts'
import { type SessionContext, ShardSession } from '../../src/session/shard-session.ts'
import { RecordingLogger } from '../../src/testing/recording-logger.ts'
import { type CodecKind, newCodec, ScriptedDaemon } from './scripted-daemon.ts'
import { turns } from './turns.ts'
import { batch, initialize } from './wire-records.ts'

/** A session and the daemon's end of its connection. */
export interface PlayedSession {
  readonly daemon: ScriptedDaemon
  readonly session: ShardSession<WireRecord>
  readonly log: RecordingLogger
  /** How it ended; null while it lives. */
  end(): SessionEnd | null
}

/** Starts a session over a connection in memory; nothing was said yet. */
export function newSession(
  kind: CodecKind,
  context: Partial<SessionContext<WireRecord>> = {},
  shardId: string | null = null,
): PlayedSession {
  const daemon = new ScriptedDaemon(kind)
  const log = new RecordingLogger()
  const session = new ShardSession<WireRecord>(
    {
      stream: 'clicks',
      applicationName: 'clicks-cache',
      factory: () => ({ processRecords() {} }),
      decodeRecords: kinesisDecoder,
      logger: log,
      newCodec: () => newCodec(kind),
      beforeInitialize: () => Promise.resolve(),
      checkpointTimeoutMs: 1_000,
      maxCheckpointAttempts: 3,
      ...context,
    },
    daemon,
    shardId,
  )
  let ended: SessionEnd | null = null
  void session.ended.then(end => {
    ended = end
  })
  session.start(Buffer.alloc(0))
  return { daemon, session, log, end: () => ended }
}

/** Starts a session whose `initialize` is answered, with `processor`. */
export async function begunSession(
  kind: CodecKind,
  processor: Partial<RecordProcessor<WireRecord>>,
  context: Partial<SessionContext<WireRecord>> = {},
): Promise<PlayedSession> {
  const played = newSession(kind, { factory: () => ({ processRecords() {}, ...processor }), ...context })
  played.daemon.say(initialize())
  await turns()
  const heard = played.daemon.heard()
  if (heard.join() !== 'status initialize') throw new Error(`initialize was answered by ${heard.join()}`)
  return played
}

/** The error with which a session ended. @throws when it did not end so. */
export function endError(played: PlayedSession, kind: 'failed' | 'disconnected' | 'aborted' = 'failed'): Error {
  const end = played.end()
  if (end?.kind !== kind || !('error' in end)) throw new Error(`it ended with ${JSON.stringify(end)}, not ${kind}`)
  return end.error
}

export const at = (n: number, subSequenceNumber = 0) => ({ sequenceNumber: String(n), subSequenceNumber })

/** A session inside `processRecords` of these records, and its checkpointer. */
export async function handling(
  kind: CodecKind,
  ...numbers: number[]
): Promise<PlayedSession & { checkpointer: Checkpointer; settle: (error?: Error) => void }> {
  let checkpointer: Checkpointer | undefined
  let settle: ((error?: Error) => void) | undefined
  const played = await begunSession(kind, {
    processRecords: (_, given) => {
      checkpointer = given
      return new Promise<void>((resolve, reject) => {
        settle = error => (error === undefined ? resolve() : reject(error))
      })
    },
  })
  played.daemon.say(batch(...numbers))
  await turns()
  assert(checkpointer !== undefined && settle !== undefined)
  return { ...played, checkpointer, settle }
}
