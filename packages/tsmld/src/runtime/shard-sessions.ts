import type { Socket } from 'node:net'
import { deferred } from '../deferred.ts'
import { RestartLimitError, TimeoutError } from '../errors.ts'
import type { Hello, RecordFormat } from '../protocol/messages.ts'
import type { RecordsDecoder } from '../records/records-decoder.ts'
import { socketConnection } from '../session/connection.ts'
import type { SessionEnd } from '../session/session-events.ts'
import type { SessionFigures, SessionStatus } from '../session/session-status.ts'
import { type SessionContext, ShardSession } from '../session/shard-session.ts'
import type { Child } from './rest-for-one.ts'
import { noFailures, ShardFailures } from './shard-failures.ts'

/** What the sessions of one stream have in common. */
export interface ShardSessionsOptions<R> extends Omit<SessionContext<R>, 'beforeInitialize' | 'decodeRecords'> {
  /** What decodes records of the hello's format (null: there is no hello); null where the stream has no such records. */
  readonly decoderOf: (format: RecordFormat | null) => RecordsDecoder<R> | null
  /** How long a shard's new session waits for the handler of an earlier one, in milliseconds. */
  readonly handlerWaitMs: number
  /** Whether a shard that begins while the stream stops is refused; else it is left without an answer. */
  readonly refuseWhileStopping: boolean
  /** How many times in a row a shard may fail. */
  readonly shardRestartLimit: number
  /** Told of every session that failed. */
  readonly onFailure: (error: Error) => void
  /** Told of every session whose connection the daemon's side ended. */
  readonly onDisconnect: (error: Error) => void
}

/** A shard as `runtime.status()` tells of it. */
export interface ShardStatus extends SessionStatus {
  /** How often its sessions failed in a row, without a checkpoint since. */
  readonly failures: number
  /** The last of these failures; null where there is none. */
  readonly lastFailure: string | null
}

const shardBackoff = { baseMs: 500, maxMs: 30_000 }
const rememberedLeases = 4_096
const rememberedShards = 1_024

/** All sessions of one stream: one live session a shard, whatever order they come in, and never two handlers of one shard at a time. */
export class ShardSessions<R> implements Child {
  /** The first failure of a session since the stream began to stop: that shard was not drained. */
  stopFailure: Error | undefined
  /** A shard has passed its restart limit. */
  readonly failed: Promise<Error>
  readonly #options: ShardSessionsOptions<R>
  /** Sessions that live, or whose user code still runs, in the order in which they named their shards: a later one has the newer lease. */
  readonly #sessions = new Set<ShardSession<R>>()
  /** Those whose `initialize` waits, before any user code. */
  readonly #waiting = new Set<ShardSession<R>>()
  readonly #failures: ShardFailures
  readonly #figures = new Map<string, SessionFigures>()
  readonly #past = new Map<string, ShardStatus>()
  /** The lease identities that opened a session: one opens one, ever, so that a recorded hello is of no use. */
  readonly #leases = new Set<string>()
  readonly #failed = deferred<Error>()
  readonly #stopping = new AbortController()

  constructor(options: ShardSessionsOptions<R>) {
    this.#options = options
    this.#failures = new ShardFailures(options.shardRestartLimit, shardBackoff)
    this.failed = this.#failed.promise
  }

  /** Takes a connection as a session, or says why not. */
  accept(socket: Socket, hello: Hello | null, first: Buffer): string | null {
    const { applicationName } = this.#options
    const format = hello?.recordFormat ?? null
    const decodeRecords = this.#options.decoderOf(format)
    if (decodeRecords === null) return `the records of ${applicationName} are not ${String(format)}`
    if (hello !== null) {
      if (hello.stream !== applicationName) return `this listener serves ${applicationName}, not ${hello.stream}`
      if (this.#leases.has(hello.leaseId)) return 'this lease has had its session'
      this.#remember(hello.leaseId)
    }
    const context: SessionContext<R> = {
      ...this.#options,
      decodeRecords,
      beforeInitialize: session => {
        // A stock daemon's session is named by its initialize only.
        if (hello === null) this.#sessions.delete(session)
        this.#sessions.add(session)
        return this.#mayBegin(session)
      },
    }
    const session = new ShardSession(context, socketConnection(socket), hello?.shardId ?? null)
    this.#sessions.add(session)
    void session.ended.then(async end => {
      this.#sessionEnded(session, end)
      await session.handlerSettled()
      this.#sessions.delete(session)
    })
    session.start(first)
    return null
  }

  statuses(): ShardStatus[] {
    const live = [...this.#sessions]
      .filter(session => !session.isPast && session.shardId !== null)
      .map(session => this.#statusOf(session))
    const shown = new Set(live.map(({ shardId }) => shardId))
    return [...[...this.#past.values()].filter(({ shardId }) => !shown.has(shardId)), ...live]
  }

  /** The sessions whose user code still runs. */
  get running(): readonly ShardSession<R>[] {
    return [...this.#sessions]
  }

  /** From now on no shard begins. */
  stop(): void {
    this.#stopping.abort(new TimeoutError('The stream is stopping: this shard was not begun.'))
  }

  /** Stops, and lets every session answer its present action and no more; resolves when all have. One that has not begun has nothing to finish. */
  async leave(): Promise<void> {
    this.stop()
    const begun = [...this.#sessions].filter(session => !this.#waiting.has(session))
    for (const session of begun) session.leave()
    await Promise.all(begun.map(session => session.ended))
  }

  /** Ends every session at once. */
  terminate(): Promise<void> {
    this.stop()
    for (const session of this.#sessions) session.end(new TimeoutError('The stream has ended.'))
    return Promise.resolve()
  }

  /** Waits until `session` may run user code; rejects where it never may. */
  async #mayBegin(session: ShardSession<R>): Promise<void> {
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

  async #waitForTurn(session: ShardSession<R>): Promise<void> {
    const shardId = session.shardId ?? ''
    const { handlerWaitMs } = this.#options
    const called = AbortSignal.any([session.signal, this.#stopping.signal])
    called.throwIfAborted()
    const all = [...this.#sessions]
    const earlier = all.slice(0, all.indexOf(session)).filter(other => other.shardId === shardId)
    for (const other of earlier) other.supersede()
    const figures = this.#figures.get(shardId)
    if (figures !== undefined) session.figures.resume(figures)
    this.#figures.delete(shardId)
    this.#figures.set(shardId, session.figures)
    forgetOldest(this.#figures, rememberedShards)

    // An earlier one that is idle has its leaseLost still to come, which must not undo what the newer one begins; should it never come, nothing is lost.
    const over = Promise.all(earlier.map(other => other.ended.then(() => other.handlerSettled())))
    const settled = (): Promise<unknown> => Promise.all(earlier.map(other => other.handlerSettled()))
    const isOver = (await within(over, handlerWaitMs, called)) === 'settled'
    if (!isOver && (await within(settled(), 0, called)) === 'late') {
      throw new TimeoutError(
        `An earlier handler of ${shardId} still runs after ${String(handlerWaitMs)} ms: two would overlap. Make it heed shard.signal.`,
        { shardId },
      )
    }
    const delayMs = this.#failures.delayMs(shardId)
    if (delayMs > 0) {
      session.logger.warn(
        { failures: this.#failures.of(shardId).count, delayMs },
        'the shard failed before: it waits before it begins',
      )
      await within(new Promise<never>(() => {}), delayMs, called)
    }
  }

  #sessionEnded(session: ShardSession<R>, end: SessionEnd): void {
    const { logger } = session
    const shardId = session.shardId ?? ''
    const status = this.#statusOf(session)
    const saved = status.checkpointedSequenceNumber
    switch (end.kind) {
      case 'shardEnded':
        this.#failures.clear(shardId)
        this.#figures.delete(shardId)
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
          `the session failed; its records come again from the last checkpoint: ${end.error.message}`,
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

  #statusOf(session: ShardSession<R>): ShardStatus {
    const status = session.status()
    // A checkpoint since then shows that the shard is past what it failed at.
    const isPast = status.checkpointedSequenceNumber !== null
    const { count, last } = isPast ? noFailures : this.#failures.of(status.shardId)
    return { ...status, failures: count, lastFailure: last }
  }

  #keep(status: ShardStatus): void {
    this.#past.delete(status.shardId)
    this.#past.set(status.shardId, status)
    forgetOldest(this.#past, rememberedShards)
  }

  #remember(leaseId: string): void {
    this.#leases.add(leaseId)
    forgetOldest(this.#leases, rememberedLeases)
  }
}

function forgetOldest(keyed: Map<string, unknown> | Set<string>, kept: number): void {
  for (const key of keyed.keys()) {
    if (keyed.size <= kept) return
    keyed.delete(key)
  }
}

/** Waits for `promise` no longer than `ms`. @throws the signal's reason. */
function within(promise: Promise<unknown>, ms: number, signal: AbortSignal): Promise<'settled' | 'late'> {
  return new Promise((resolve, reject) => {
    const abort = (): void => {
      done()
      reject(signal.reason as Error)
    }
    const timer = setTimeout(() => {
      done()
      resolve('late')
    }, ms)
    const done = (): void => {
      clearTimeout(timer)
      signal.removeEventListener('abort', abort)
    }
    signal.addEventListener('abort', abort)
    void promise.then(() => {
      done()
      resolve('settled')
    })
  })
}
