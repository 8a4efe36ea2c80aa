import { deferred } from '../deferred.ts'
import { RestartLimitError, ThreadExitError, TimeoutError } from '../errors.ts'
import type { Hello } from '../protocol/messages.ts'
import type { Backoff } from '../session/backoff.ts'
import type { Clock } from '../session/clock.ts'
import type { SessionEnd } from '../session/session-events.ts'
import type { SessionStatus, SessionTotals } from '../session/session-status.ts'
import { forgetOldest } from './forget-oldest.ts'
import { HelloCheck } from './hello-check.ts'
import type { LiveSession } from './live-session.ts'
import { noFailures, ShardFailures } from './shard-failures.ts'
import { stalledMs } from './watchdog.ts'
import { within } from './within.ts'

/** What the sessions of one stream have in common. */
export interface SessionRegistryOptions {
  /** The stream, by its application name. */
  readonly applicationName: string
  /** How long a shard's new session waits for the handler of an earlier one, in milliseconds. */
  readonly handlerWaitMs: number
  /** Whether a shard that begins while the stream stops is refused; else it is left without an answer. */
  readonly refuseWhileStopping: boolean
  /** How many times in a row a shard may fail. */
  readonly shardRestartLimit: number
  /** After this long without progress a shard is said to stall, in milliseconds. */
  readonly stallTimeoutMs: number
  /** How long the next session of a shard that failed waits. */
  readonly shardBackoff?: Backoff
  /** Only where time is not Node's. */
  readonly clock?: Clock
  /** Told of every session that failed. */
  readonly onFailure: (error: Error) => void
  /** Told of every session whose connection the daemon's side ended. */
  readonly onDisconnect: (error: Error) => void
}

/** A shard as `runtime.status()` tells of it. */
export interface ShardStatus extends SessionStatus {
  /** The thread that it lives in; null without `threads`. */
  readonly thread: number | null
  /** For how long it has made no progress, in milliseconds, where that is `stallTimeoutMs` or more; null where it is not. What it is at: see `longestCall`. */
  readonly stalledMs: number | null
  /** How often its sessions failed in a row, without a checkpoint since. */
  readonly failures: number
  /** The last of these failures; null where there is none. */
  readonly lastFailure: string | null
}

const defaultShardBackoff = { baseMs: 500, maxMs: 30_000 }
const rememberedShards = 1_024

/** All sessions of one stream, whichever threads they live in: one live session a shard, whatever order they come in, and never two handlers of one shard at a time. */
export class SessionRegistry {
  /** The first failure of a session since the stream began to stop: that shard was not drained. */
  stopFailure: Error | undefined
  /** A shard has passed its restart limit. */
  readonly failed: Promise<Error>
  readonly #options: SessionRegistryOptions
  /** Sessions that live, or whose user code still runs, in the order in which they named their shards: a later one has the newer lease. */
  readonly #sessions = new Set<LiveSession>()
  /** Those whose `initialize` waits, before any user code. */
  readonly #waiting = new Set<LiveSession>()
  readonly #failures: ShardFailures
  readonly #totals = new Map<string, SessionTotals>()
  readonly #past = new Map<string, ShardStatus>()
  readonly #hellos: HelloCheck
  readonly #failed = deferred<Error>()
  readonly #stopping = new AbortController()

  constructor(options: SessionRegistryOptions) {
    this.#options = options
    this.#hellos = new HelloCheck(options.applicationName)
    this.#failures = new ShardFailures(options.shardRestartLimit, options.shardBackoff ?? defaultShardBackoff)
    this.failed = this.#failed.promise
  }

  /** Notes the lease of a session that is to be added, or says why it is refused. */
  claim(hello: Omit<Hello, 'token'>): string | null {
    const refusal = this.#hellos.claim(hello)
    if (refusal !== null) return refusal
    // A hello may lie unread while a thread is blocked, until its shard has come back to another.
    const { openedAt = Number.POSITIVE_INFINITY } = hello
    const isLate = [...this.#sessions].some(
      other => other.shardId === hello.shardId && other.openedAt !== null && other.openedAt > openedAt,
    )
    return isLate ? 'a newer session has this shard' : null
  }

  /** Takes a session in. */
  add(session: LiveSession): void {
    this.#sessions.add(session)
    void session.ended.then(async end => {
      this.#sessionEnded(session, end)
      await session.handlerSettled()
      this.#sessions.delete(session)
    })
  }

  /** A stock daemon's session is named by its initialize only, and is as new as that. */
  named(session: LiveSession): void {
    this.#sessions.delete(session)
    this.#sessions.add(session)
  }

  /** Waits until `session` may run user code. @throws why it never may. */
  async mayBegin(session: LiveSession): Promise<void> {
    const { signal } = session
    this.#waiting.add(session)
    try {
      await this.#waitForTurn(session)
    } catch (error) {
      if (!this.#options.refuseWhileStopping && this.#stopping.signal.aborted && !signal.aborted)
        await new Promise(resolve => {
          signal.addEventListener('abort', resolve)
        })
      throw error
    } finally {
      this.#waiting.delete(session)
    }
  }

  statuses(): ShardStatus[] {
    const live = [...this.#sessions]
      .filter(session => session.shardId !== null && !isPast(session))
      .map(session => this.statusOf(session))
    const shown = new Set(live.map(({ shardId }) => shardId))
    return [...[...this.#past.values()].filter(({ shardId }) => !shown.has(shardId)), ...live]
  }

  /** A session as the status tells of it. */
  statusOf(session: LiveSession): ShardStatus {
    const status = session.status()
    // A checkpoint since then shows that the shard is past what it failed at.
    const isPast = status.checkpointedSequenceNumber !== null
    const { count, last } = isPast ? noFailures : this.#failures.of(status.shardId)
    return {
      ...status,
      thread: session.thread,
      stalledMs: stalledMs(status, this.#options.stallTimeoutMs),
      failures: count,
      lastFailure: last,
    }
  }

  /** The sessions whose user code still runs. */
  get running(): readonly LiveSession[] {
    return [...this.#sessions]
  }

  /** From now on no shard begins. */
  stop(): void {
    this.#stopping.abort(new TimeoutError('The stream is stopping: this shard was not begun.'))
    for (const session of this.#sessions) session.announceStop()
  }

  /** Stops, and lets every session answer its present action and no more; resolves when all have. One that has not begun has nothing to finish. */
  async leave(): Promise<void> {
    this.stop()
    const begun = [...this.#sessions].filter(session => !this.#waiting.has(session))
    for (const session of begun) session.leave()
    await Promise.all(begun.map(session => session.ended))
  }

  /** Ends every session at once; others may begin after them, unless it stops. */
  terminate(why = new TimeoutError('The stream has ended.')): Promise<void> {
    for (const session of this.#sessions) session.end(why)
    return Promise.resolve()
  }

  async #waitForTurn(session: LiveSession): Promise<void> {
    const shardId = session.shardId ?? ''
    const { handlerWaitMs } = this.#options
    const called = AbortSignal.any([session.signal, this.#stopping.signal])
    called.throwIfAborted()
    const all = [...this.#sessions]
    const earlier = all.slice(0, all.indexOf(session)).filter(other => other.shardId === shardId)
    const made = await Promise.all(earlier.map(other => other.makeWay(handlerWaitMs, called)))
    if (made.includes('late')) {
      throw new TimeoutError(
        `An earlier handler of ${shardId} still runs after ${String(handlerWaitMs)} ms: two would overlap. Make it heed shard.signal.`,
        { shardId },
      )
    }
    const counted = [...earlier.map(other => other.status()), this.#totals.get(shardId)]
    const furthest = counted.reduce(further)
    if (furthest !== undefined) session.resume(furthest)
    const delayMs = this.#failures.delayMs(shardId)
    if (delayMs > 0) {
      session.logger.debug(
        { failures: this.#failures.of(shardId).count, delayMs },
        'the shard failed before: it waits before it begins',
      )
      await within(new Promise<never>(() => {}), delayMs, called, this.#options.clock)
    }
  }

  #sessionEnded(session: LiveSession, end: SessionEnd): void {
    const { logger } = session
    const shardId = session.shardId ?? ''
    const status = this.statusOf(session)
    const saved = status.checkpointedSequenceNumber
    this.#count(shardId, status)
    if (hasNeverSaved(status, end, this.#stopping.signal.aborted))
      logger.warn(
        { records: status.records },
        'the shard is left, and nothing of it was ever checkpointed: all of its records come again when it begins next. Either a record blocked it, or its processor never called checkpointer.checkpoint()',
      )
    switch (end.kind) {
      case 'shardEnded':
        this.#failures.clear(shardId)
        this.#totals.delete(shardId)
        this.#keep(status)
        logger.info({ records: status.records }, 'the shard has ended: all of its records are processed')
        return
      case 'leaseLost':
        this.#failures.clear(shardId)
        this.#past.delete(shardId)
        logger.info(
          { checkpoint: saved },
          this.#stopping.signal.aborted
            ? 'the shard is handed back'
            : 'the lease is lost: another session goes on from the last checkpoint',
        )
        return
      case 'left':
      case 'aborted':
        // A thread that dies while it drains has lost what its shards had not checkpointed.
        if (this.#stopping.signal.aborted && 'error' in end && end.error instanceof ThreadExitError)
          this.stopFailure ??= end.error
        logger.info({ checkpoint: saved }, 'the session is over')
        return
      case 'disconnected':
        // A drained shard's connection is closed by the daemon, which is no news.
        logger[this.#stopping.signal.aborted ? 'info' : 'warn'](
          { checkpoint: saved, error: end.error.message },
          'the daemon is gone: the shard goes on from its last checkpoint',
        )
        this.#options.onDisconnect(end.error)
        return
      case 'failed': {
        if (end.error === this.#stopping.signal.reason) return
        const exceeded = this.#failures.failed(shardId, end.error.message, saved !== null)
        const failures = this.#failures.of(shardId).count
        this.#keep({ ...status, failures, lastFailure: end.error.message })
        logger.error(
          { err: end.error, failures, checkpoint: saved },
          `the session failed; its records come again from the last checkpoint, after a delay that grows until the cause is mended: ${end.error.message}`,
        )
        if (this.#stopping.signal.aborted) this.stopFailure ??= end.error
        this.#options.onFailure(end.error)
        if (!exceeded) return
        const limit = `${shardId} failed ${String(failures)} times in a row without a checkpoint; the last time: ${end.error.message}`
        this.#failed.resolve(
          new RestartLimitError(limit, { cause: end.error, stream: this.#options.applicationName, shardId }),
        )
      }
    }
  }

  #keep(status: ShardStatus): void {
    this.#past.delete(status.shardId)
    this.#past.set(status.shardId, status)
    forgetOldest(this.#past, rememberedShards)
  }

  #count(shardId: string, totals: SessionTotals): void {
    if (shardId === '') return
    const furthest = further(this.#totals.get(shardId), totals)
    this.#totals.delete(shardId)
    if (furthest !== undefined) this.#totals.set(shardId, furthest)
    forgetOldest(this.#totals, rememberedShards)
  }
}

/** Whether a shard is left in order that has delivered records and saved none, in any of its sessions here. A lease that is lost amid the first batch proves nothing, and a session that failed says so itself. */
function hasNeverSaved(status: SessionStatus, { kind }: SessionEnd, isStopping: boolean): boolean {
  if (kind !== 'leaseLost' && kind !== 'left') return false
  return status.lastSequenceNumber !== null && status.checkpoints === 0 && (isStopping || status.batches > 1)
}

/** Whether the lease was lost, or the session is over. */
function isPast(session: LiveSession): boolean {
  const { lease, state } = session.status()
  return lease === 'lost' || state === 'closed'
}

/** A session that never began has counted nothing. */
function further(a: SessionTotals | undefined, b: SessionTotals | undefined): SessionTotals | undefined {
  return a === undefined || (b !== undefined && b.records >= a.records) ? b : a
}
