import { helloHandshake } from '../../../packages/tsmld/src/daemon/handshake.ts'
import { TsmldError } from '../../../packages/tsmld/src/errors.ts'
import type { Codec } from '../../../packages/tsmld/src/protocol/codec.ts'
import { framesCodec } from '../../../packages/tsmld/src/protocol/frame-codec.ts'
import { jsonLinesCodec } from '../../../packages/tsmld/src/protocol/json-lines-codec.ts'
import { nodeFramesDecoder, nodeLinesDecoder } from '../../../packages/tsmld/src/protocol/node-message-decoder.ts'
import type { KinesisRecord } from '../../../packages/tsmld/src/records/record.ts'
import { kinesisDecoder } from '../../../packages/tsmld/src/records/records-decoder.ts'
import type { SessionEnd } from '../../../packages/tsmld/src/session/session-events.ts'
import { ShardSession } from '../../../packages/tsmld/src/session/shard-session.ts'
import { VirtualClock } from '../../../packages/tsmld/src/testing/virtual-clock.ts'
import { claim } from '../../target.ts'
import { Expectation } from './expectation.ts'
import { type Say, SessionDaemon } from './session-daemon.ts'
import { SessionProcessor } from './session-processor.ts'
import { readPlay, type Tape } from './tape.ts'

const token = 'recorded'
const checkpointTimeoutMs = 1_000
const longMs = 60_000
const mostTimers = 12

/** One of the two protocols, as a session is played over it. */
export interface Protocol {
  readonly frames: boolean
  readonly split: (said: Buffer) => readonly Buffer[]
  readonly say: Say
}

const quiet = { debug() {}, info() {}, warn() {}, error() {} }

/** Plays one session from its first byte to its end. @throws Finding */
export async function playSession(protocol: Protocol, input: Buffer): Promise<void> {
  const { tape, said } = readPlay(input)
  const begun = protocol.frames ? shakeHands(said, tape) : { shardId: null, first: Buffer.alloc(0), rest: said }
  if (begun === null) return
  const newCodec = (): Codec =>
    protocol.frames
      ? framesCodec({ payloadBytes: 4_096, recordBytes: 8_192, batchBytes: 16_384 })
      : jsonLinesCodec({ lineBytes: 4_096 })
  const clock = new VirtualClock(0)
  const expected = new Expectation(newCodec())
  const decoder = protocol.frames ? nodeFramesDecoder() : nodeLinesDecoder()
  const daemon = new SessionDaemon(decoder, protocol.say, tape, clock, expected)
  const processor = new SessionProcessor(tape, clock, expected)
  const session = new ShardSession(
    {
      stream: 'clicks',
      applicationName: 'clicks-cache',
      factory: processor.factory,
      decodeRecords: kinesisDecoder,
      logger: quiet,
      newCodec,
      beforeInitialize: () => Promise.resolve(),
      checkpointTimeoutMs,
      maxCheckpointAttempts: 3,
      clock,
    },
    daemon,
    begun.shardId,
  )
  let end: SessionEnd | null = null
  void session.ended.then(how => {
    end = how
    expected.ended()
  })
  session.start(Buffer.alloc(0))
  if (begun.first.length > 0) daemon.deliver(begun.first)
  await drain()
  for (const unit of protocol.split(begun.rest)) await step(session, daemon, clock, tape, unit)
  daemon.close()
  await passTimers(clock)
  if (expected.finding !== null) throw expected.finding
  claimEnded(end, session.signal, daemon, clock)
  claim(processor.pending === 0, () => `the session is over, and ${processor.pending} checkpoints wait`)
  claim(expected.failed || errorOf(end)?.name !== 'RecordProcessorError', 'user code is blamed, which did not fail')
  processor.claimKept()
}

/** The handshake; null where there is no session. @throws Finding where there is one without its token. */
function shakeHands(said: Buffer, tape: Tape): { shardId: string; first: Buffer; rest: Buffer } | null {
  const handshake = helloHandshake(token)
  const cut = tape.next()
  const chunks = cut === 0 ? [said] : [said.subarray(0, cut), said.subarray(cut)]
  for (const [index, chunk] of chunks.entries()) {
    const result = handshake.push(chunk)
    if (result.kind === 'refused') return null
    if (result.kind === 'incomplete') continue
    claim(result.hello?.token === token, 'a session without the token')
    const { hello, rest } = result
    // All that came with the hello may come at once, or bit by bit.
    const later = Buffer.concat([rest, ...chunks.slice(index + 1)])
    const first = cut % 2 === 1 ? later.subarray(0, cut) : Buffer.alloc(0)
    return { shardId: hello.shardId, first, rest: later.subarray(first.length) }
  }
  return null
}

/** Lets one unit of the daemon's come, in one of many ways. */
async function step(
  session: ShardSession<KinesisRecord>,
  daemon: SessionDaemon,
  clock: VirtualClock,
  tape: Tape,
  unit: Buffer,
): Promise<void> {
  const choice = tape.next()
  switch (choice) {
    case 1:
      daemon.deliver(unit)
      return
    case 2:
      daemon.deliver(unit.subarray(0, unit.length >> 1))
      await drain()
      daemon.deliver(unit.subarray(unit.length >> 1))
      break
    case 3:
      await clock.pass(checkpointTimeoutMs)
      daemon.deliver(unit)
      break
    case 4:
      daemon.deliver(unit)
      await clock.pass(longMs)
      break
    case 5:
      session.leave()
      daemon.deliver(unit)
      break
    case 6:
      session.supersede()
      daemon.expected.leaseGone()
      daemon.deliver(unit)
      break
    case 7:
      session.announceStop()
      daemon.deliver(unit)
      break
    case 8:
      session.end(new Error('the runtime ends it'))
      daemon.deliver(unit)
      break
    case 9:
      for (const byte of unit) daemon.deliver(Buffer.of(byte))
      break
    case 10:
      daemon.close(new Error('the connection breaks'))
      break
    default:
      daemon.deliver(unit)
  }
  await drain()
  if (choice === 0) await passTimers(clock)
}

/** Everything that needs no time happens. */
const drain = (): Promise<void> => new Promise(resolve => setImmediate(resolve))

/** Lets time pass as far as timers wait for it: slow handlers, retries, late answers. */
async function passTimers(clock: VirtualClock): Promise<void> {
  await drain()
  for (let timer = 0; clock.nextInMs !== null && timer < mostTimers; timer++) await clock.pass(clock.nextInMs)
}

/** Claims one clean end: nothing goes on behind it, and nothing is left waiting. */
function claimEnded(
  end: SessionEnd | null,
  signal: AbortSignal,
  daemon: SessionDaemon,
  clock: VirtualClock,
): asserts end is SessionEnd {
  claim(end !== null, 'the connection is closed, and the session goes on')
  claim(signal.aborted, 'the session is over, and its signal is not aborted')
  claim(clock.waiting === 0, () => `the session is over, and ${clock.waiting} timers wait`)
  if (end.kind === 'failed') claim(TsmldError.is(end.error), () => `it failed with ${String(end.error)}`)
  if (end.kind === 'failed' || end.kind === 'aborted')
    claim(daemon.closedBy === 'destroy', 'a failed session stays open')
  if (end.kind === 'leaseLost' || end.kind === 'shardEnded')
    claim(daemon.closedBy === 'end', 'a session at its end stays open')
}

const errorOf = (end: SessionEnd): Error | null => ('error' in end ? end.error : null)
