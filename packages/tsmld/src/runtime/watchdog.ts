import type { NormalizedStream } from '../config/normalized-stream.ts'
import { TimeoutError } from '../errors.ts'
import { type Clock, systemClock } from '../session/clock.ts'
import type { SessionStatus } from '../session/session-status.ts'
import type { LiveSession } from './live-session.ts'

/** What the process ends with when `onStall` is `'exit'`: EX_SOFTWARE of sysexits.h. */
export const stallExitCode = 70

/** What a watchdog looks at, and what it may do. */
export interface WatchdogOptions {
  readonly stream: Pick<NormalizedStream, 'name' | 'stallTimeoutMs' | 'onStall'>
  /** Those whose user code may run. */
  readonly sessions: () => readonly LiveSession[]
  /** Ends the stream's sessions, and starts its tree again. */
  readonly restart: (why: TimeoutError) => void
  /** Ends the process. */
  readonly exit: (exitCode: number) => void
  /** Only where time is not Node's. */
  readonly clock?: Clock
}

const greatestLookMs = 5_000

/** For how long a shard has made no progress, where that is too long; null where it has, is over, or only blocks. */
export function stalledMs({ state, longestCall }: SessionStatus, stallTimeoutMs: number): number | null {
  if (state === 'closed' || longestCall === null || longestCall.runsMs < stallTimeoutMs) return null
  return longestCall.runsMs
}

/** Looks after the calls into user code of one stream: says once of each shard that one takes too long, does what `onStall` says, and says when it is over. */
export class Watchdog {
  readonly #options: WatchdogOptions
  /** Those that stall, and for how long when last looked at. */
  readonly #stalled = new Map<LiveSession, number>()
  readonly #clock: Clock
  #timer: object | undefined

  constructor(options: WatchdogOptions) {
    this.#options = options
    this.#clock = options.clock ?? systemClock
  }

  start(): void {
    this.#lookAfter(Math.min(this.#options.stream.stallTimeoutMs / 4, greatestLookMs), this.#clock.now())
  }

  stop(): void {
    this.#clock.clearTimeout(this.#timer)
  }

  #lookAfter(ms: number, lookedAt: number): void {
    this.#timer = this.#clock.setTimeout(() => {
      const now = this.#clock.now()
      this.#lookAfter(ms, now)
      // What came while this thread itself was blocked, or the machine slept, is heard of first.
      if (now - lookedAt <= 2 * ms) this.#look()
    }, ms)
    // It keeps no process alive.
    const { unref } = this.#timer as { unref?: () => void }
    unref?.call(this.#timer)
  }

  #look(): void {
    const { stream, sessions } = this.#options
    const live = new Set(sessions())
    for (const [session, lastMs] of this.#stalled) if (!live.has(session)) this.#over(session, lastMs)
    for (const session of live) {
      const status = session.status()
      const ms = stalledMs(status, stream.stallTimeoutMs)
      const lastMs = this.#stalled.get(session)
      if (ms !== null) this.#stalled.set(session, ms)
      if (ms !== null && lastMs === undefined) this.#begun(session, status, ms)
      else if (ms === null && lastMs !== undefined) this.#over(session, lastMs)
    }
  }

  #begun({ logger, thread }: LiveSession, status: SessionStatus, ms: number): void {
    const { name, onStall } = this.#options.stream
    const { shardId, state } = status
    const sequenceNumber = status.longestCall?.sequenceNumber ?? null
    const where = sequenceNumber === null ? shardId : `${shardId} at ${sequenceNumber}`
    const error = new TimeoutError(`${name} ${where} has made no progress for ${ms} ms: ${state}.`, {
      stream: name,
      shardId,
    })
    logger.error(
      { sequenceNumber, stalledMs: ms, state, onStall, ...(thread === null ? {} : { thread }) },
      `a handler stalls: ${error.message} ${consequences[onStall]}`,
    )
    if (onStall === 'restartStream') this.#options.restart(error)
    else if (onStall === 'exit') this.#options.exit(stallExitCode)
  }

  #over(session: LiveSession, lastMs: number): void {
    this.#stalled.delete(session)
    session.logger.warn(
      { stalledMs: lastMs },
      session.signal.aborted ? 'the stall is over, and so is the session' : 'the stall is over: the handler goes on',
    )
  }
}

const consequences = {
  warn: 'It is waited for.',
  restartStream: 'Its stream starts again.',
  exit: `The process ends with code ${stallExitCode}.`,
} as const
