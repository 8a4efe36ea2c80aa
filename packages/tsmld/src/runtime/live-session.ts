import type { Logger } from '../observability/logger.ts'
import type { Clock } from '../session/clock.ts'
import type { SessionEnd } from '../session/session-events.ts'
import type { SessionStatus, SessionTotals } from '../session/session-status.ts'
import type { ShardSession } from '../session/shard-session.ts'
import { within } from './within.ts'

/** A session as the others of its stream see it, whichever thread it lives in. */
export interface LiveSession {
  /** Null until the daemon has named it. */
  readonly shardId: string | null
  /** The thread that it lives in; null in the main one. */
  readonly thread: number | null
  /** When the daemon opened it, in epoch milliseconds; null where it does not say. */
  readonly openedAt: number | null
  readonly logger: Logger
  /** Aborted when the lease is lost or the session is over. */
  readonly signal: AbortSignal
  /** Resolves when it is over; its user code may still run. */
  readonly ended: Promise<SessionEnd>
  /** After `ended`: resolves when no user code of it runs any more. */
  handlerSettled(): Promise<void>
  /**
   * A newer session has the shard: the signal aborts and nothing more is checkpointed. Resolves with `settled` when it is over, or when no user code of it runs after `waitMs`; with
   * `late` when some still does. @throws the signal's reason.
   */
  makeWay(waitMs: number, signal: AbortSignal): Promise<'settled' | 'late'>
  status(): SessionStatus
  /** Goes on counting where an earlier session of the same shard was. */
  resume(earlier: SessionTotals): void
  /** The process begins to stop: its user code is told. */
  announceStop(): void
  /** Lets the present action finish, and answers nothing after it. */
  leave(): void
  /** Ends it at once, without a status. */
  end(error: Error): void
}

/** A session of this thread. */
export function localSession<R>(session: ShardSession<R>, openedAt: number | null, clock?: Clock): LiveSession {
  return {
    get shardId() {
      return session.shardId
    },
    thread: null,
    openedAt,
    get logger() {
      return session.logger
    },
    signal: session.signal,
    ended: session.ended,
    handlerSettled: () => session.handlerSettled(),
    makeWay: (waitMs, signal) => makeWay(session, waitMs, signal, clock),
    status: () => session.status(),
    resume: earlier => {
      session.figures.resume(earlier)
    },
    announceStop: () => {
      session.announceStop()
    },
    leave: () => {
      session.leave()
    },
    end: error => {
      session.end(error)
    },
  }
}

/** How a session makes way, in its own thread. An idle one has its leaseLost still to come, which must not undo what the newer one begins; should it never come, nothing is lost. */
export async function makeWay<R>(
  session: ShardSession<R>,
  waitMs: number,
  signal: AbortSignal,
  clock?: Clock,
): Promise<'settled' | 'late'> {
  session.supersede()
  const over = session.ended.then(() => session.handlerSettled())
  if ((await within(over, waitMs, signal, clock)) === 'settled') return 'settled'
  return within(session.handlerSettled(), 0, signal, clock)
}
