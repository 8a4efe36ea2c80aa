import { type Deferred, deferred } from '../deferred.ts'
import { type Logger, withFields } from '../observability/logger.ts'
import type { LiveSession } from '../runtime/live-session.ts'
import { within } from '../runtime/within.ts'
import type { RunningCall } from '../session/held-records.ts'
import type { SessionEnd } from '../session/session-events.ts'
import type { SessionStatus, SessionTotals } from '../session/session-status.ts'
import { revive, toPlain } from './plain-error.ts'
import type { OpenedSession, PlainEnd, SessionReport, ThreadOrder } from './thread-messages.ts'

/** What a session's stand-in is made of. */
export interface RemoteSessionOptions {
  readonly thread: number
  readonly opened: OpenedSession
  readonly logger: Logger
  readonly order: (order: ThreadOrder) => void
  /** Waits until the session may run user code. */
  readonly mayBegin: (session: RemoteSession) => Promise<void>
}

/** How long a thread may take to say that a session has made way, beyond the wait itself; one that is blocked runs user code. */
const answerGraceMs = 1_000
/** Twice the time between two tellings of a thread. */
const silentMs = 1_000

/** Stands in the main thread for a session of another one. */
export class RemoteSession implements LiveSession {
  readonly shardId: string
  /** The stream, by its application name. */
  readonly stream: string
  readonly thread: number
  readonly openedAt: number | null
  readonly logger: Logger
  readonly ended: Promise<SessionEnd>
  readonly #options: RemoteSessionOptions
  readonly #number: number
  readonly #ended = deferred<SessionEnd>()
  readonly #settled = deferred<'settled'>()
  readonly #abort = new AbortController()
  /** Those who wait for it to make way, in the order in which its thread answers them. */
  readonly #awaited: Deferred<'settled' | 'late'>[] = []
  #refusal: Error | undefined
  #status: SessionStatus
  #toldAt = Date.now()
  #isOver = false

  constructor(options: RemoteSessionOptions) {
    const { session, hello } = options.opened
    this.#options = options
    this.#number = session
    this.shardId = hello.shardId
    this.stream = hello.stream
    this.thread = options.thread
    this.openedAt = hello.openedAt ?? null
    this.logger = withFields(options.logger, { shardId: hello.shardId, thread: options.thread })
    this.ended = this.#ended.promise
    this.#status = notBegun(hello.shardId)
  }

  /** Whether its connection is gone; its handler may still run. */
  get isOver(): boolean {
    return this.#isOver
  }

  get signal(): AbortSignal {
    return this.#abort.signal
  }

  async handlerSettled(): Promise<void> {
    await this.#settled.promise
  }

  async makeWay(waitMs: number, signal: AbortSignal): Promise<'settled' | 'late'> {
    const made = deferred<'settled' | 'late'>()
    this.#awaited.push(made)
    this.#options.order({ kind: 'makeWay', session: this.#number, waitMs })
    const answer = Promise.race([made.promise, this.#settled.promise])
    return (await within(answer, waitMs + answerGraceMs, signal)) === 'late' ? 'late' : answer
  }

  /** As its thread told it last; for how long a handler runs goes on, for that thread may be blocked by it. */
  status(): SessionStatus {
    const status = this.#status
    const sinceMs = Date.now() - this.#toldAt
    const handlingMs = status.handlingMs === null ? null : status.handlingMs + sinceMs
    const lease = this.signal.aborted && !this.#isOver ? 'lost' : status.lease
    return this.#isOver
      ? { ...status, state: 'closed', handlingMs: null, longestCall: null, blockedRecords: 0, blocked: [] }
      : { ...status, lease, handlingMs, longestCall: longestCall(status, sinceMs) }
  }

  resume(earlier: SessionTotals): void {
    const { records, batches, checkpoints } = earlier
    this.#options.order({ kind: 'resume', session: this.#number, earlier: { records, batches, checkpoints } })
  }

  announceStop(): void {
    this.#options.order({ kind: 'announceStop', session: this.#number })
  }

  leave(): void {
    this.#options.order({ kind: 'leave', session: this.#number })
  }

  end(error: Error): void {
    this.#options.order({ kind: 'end', session: this.#number, error: toPlain(error) })
  }

  /** Its thread tells its status. */
  statusTold(status: SessionStatus): void {
    this.#status = status
    this.#toldAt = Date.now()
  }

  /** Its thread tells what became of it. */
  hear(report: SessionReport): void {
    switch (report.kind) {
      case 'asksTurn':
        void this.#takeTurn()
        return
      case 'madeWay':
        this.#awaited.shift()?.resolve(report.outcome)
        return
      case 'lost':
        this.#abort.abort(revive(report.error))
        return
      case 'ended':
        this.statusTold(report.status)
        this.#end(this.#revivedEnd(report.end))
        return
      case 'settled':
        this.#settled.resolve('settled')
    }
  }

  /** Its thread is gone, and with it whatever ran there. */
  threadEnded(error: Error): void {
    this.#end({ kind: 'aborted', error })
    this.#settled.resolve('settled')
  }

  async #takeTurn(): Promise<void> {
    try {
      await this.#options.mayBegin(this)
      this.#options.order({ kind: 'begin', session: this.#number })
    } catch (error) {
      this.#refusal = error as Error
      this.#options.order({ kind: 'refuse', session: this.#number, error: toPlain(error) })
    }
  }

  #end(end: SessionEnd): void {
    if ('error' in end) this.#abort.abort(end.error)
    this.#abort.abort()
    this.#isOver = true
    this.#ended.resolve(end)
  }

  /** One that was refused its turn fails with that very error, which those who refused it know. */
  #revivedEnd(end: PlainEnd): SessionEnd {
    if (!('error' in end)) return { kind: end.kind }
    return {
      kind: end.kind,
      error: end.kind === 'failed' && this.#refusal !== undefined ? this.#refusal : revive(end.error),
    }
  }
}

/** A thread that is silent is blocked by a call, it has not said which: all of its shards make no progress. */
function longestCall({ longestCall: told, lastSequenceNumber }: SessionStatus, sinceMs: number): RunningCall | null {
  if (told !== null) return { ...told, runsMs: told.runsMs + sinceMs }
  return sinceMs < silentMs ? null : { sequenceNumber: lastSequenceNumber, runsMs: sinceMs }
}

const notBegun = (shardId: string): SessionStatus => ({
  shardId,
  state: 'awaitingInitialize',
  lease: 'held',
  handlingMs: null,
  longestCall: null,
  blockedRecords: 0,
  blocked: [],
  records: 0,
  batches: 0,
  checkpoints: 0,
  lastSequenceNumber: null,
  checkpointedSequenceNumber: null,
  millisBehindLatest: null,
})
