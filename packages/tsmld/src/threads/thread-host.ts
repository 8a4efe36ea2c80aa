import type { Socket } from 'node:net'
import { helloHandshake } from '../daemon/handshake.ts'
import { type Listener, listen } from '../daemon/listener.ts'
import { type Deferred, deferred } from '../deferred.ts'
import { withFields } from '../observability/logger.ts'
import { importProcessor } from '../processors/module-processor.ts'
import { framesCodec } from '../protocol/frame-codec.ts'
import type { Hello, RecordFormat } from '../protocol/messages.ts'
import { formatRefusal, type RecordsDecoder, sessionDecoder } from '../records/records-decoder.ts'
import { HelloCheck } from '../runtime/hello-check.ts'
import { makeWay } from '../runtime/live-session.ts'
import { socketConnection } from '../session/connection.ts'
import type { SessionEnd } from '../session/session-events.ts'
import { type SessionContext, ShardSession } from '../session/shard-session.ts'
import { revive, toPlain } from './plain-error.ts'
import { threadLogger } from './thread-logger.ts'
import type {
  ListenPlan,
  PlainEnd,
  StreamPlan,
  ThreadAnswer,
  ThreadOrder,
  ThreadReport,
  ThreadRequest,
} from './thread-messages.ts'

interface HostedStream {
  readonly context: Omit<SessionContext<unknown>, 'beforeInitialize' | 'decodeRecords'>
  /** Null for a format that the stream's records cannot have. */
  readonly decoderOf: (format: RecordFormat) => RecordsDecoder<unknown> | null
  readonly hellos: HelloCheck
  listener: Listener | undefined
}

interface HostedSession {
  readonly session: ShardSession<unknown>
  /** Resolved when it may run user code. */
  readonly turn: Deferred<void>
}

const statusEveryMs = 500
/** What changes at once is told at once. */
const statusWithinMs = 20
const neverCalledOff = new AbortController().signal

/** What a thread does: listens, runs sessions, and does with them as the main thread orders. */
export class ThreadHost {
  readonly #post: (report: ThreadReport) => void
  readonly #streams = new Map<string, HostedStream>()
  readonly #sessions = new Map<number, HostedSession>()
  #count = 0
  #pushing: NodeJS.Timeout | undefined

  constructor(post: (report: ThreadReport) => void) {
    this.#post = post
  }

  /** Begins to give signs of life; gives what ends them. */
  start(): () => void {
    this.#tellStatuses()
    const timer = setInterval(() => {
      this.#tellStatuses()
    }, statusEveryMs)
    return () => {
      clearInterval(timer)
    }
  }

  perform(order: ThreadOrder): void {
    switch (order.kind) {
      case 'openStream':
      case 'listen':
      case 'closeListener':
        void this.#answer(order)
        return
      default:
        this.#direct(order)
    }
  }

  async #answer({ request, ...asked }: ThreadRequest & { readonly request: number }): Promise<void> {
    const answer = await this.#serve(asked).catch(
      (error: unknown): ThreadAnswer => ({ kind: 'failed', error: toPlain(error) }),
    )
    this.#post({ kind: 'answered', request, answer })
  }

  async #serve(asked: ThreadRequest): Promise<ThreadAnswer> {
    switch (asked.kind) {
      case 'openStream':
        await this.#openStream(asked.plan)
        return { kind: 'done' }
      case 'listen':
        return { kind: 'listening', address: await this.#listen(asked) }
      case 'closeListener':
        await this.#streams.get(asked.stream)?.listener?.close()
        return { kind: 'done' }
    }
  }

  /** A stream that is open already stays as it is: its tree started again, and its leases are still not to be used twice. */
  async #openStream(plan: StreamPlan): Promise<void> {
    const factory = await importProcessor<unknown>(plan.processor)
    if (this.#streams.has(plan.name)) return
    const context = {
      stream: plan.label,
      applicationName: plan.name,
      factory,
      newCodec: () => framesCodec(plan.limits),
      logger: withFields(threadLogger(this.#post), { stream: plan.name }),
      checkpointTimeoutMs: plan.checkpointTimeoutMs,
      maxCheckpointAttempts: plan.maxCheckpointAttempts,
    }
    const decoderOf = (format: RecordFormat) => sessionDecoder(plan.type, format, plan.numbers)
    this.#streams.set(plan.name, { context, decoderOf, hellos: new HelloCheck(plan.name), listener: undefined })
  }

  async #listen({ stream: name, at, token, handshakeTimeoutMs, maxPendingHandshakes }: ListenPlan) {
    const stream = this.#streams.get(name)
    if (stream === undefined) throw new Error(`The stream ${name} is not open in this thread.`)
    const listener = await listen({
      at,
      handshake: () => helloHandshake(token),
      handshakeTimeoutMs,
      maxPendingHandshakes,
      onSession: (socket, { hello, rest }) => this.#accept(stream, socket, hello as Hello, rest),
      onRefused: reason => {
        stream.context.logger.warn({ reason }, 'a connection was refused')
      },
      onUnseen: reason => {
        stream.context.logger.warn(
          { reason },
          "whether the listener's socket is still there cannot be seen; it is looked for again",
        )
      },
    })
    const before = stream.listener
    stream.listener = listener
    await before?.close()
    void listener.failed.then(error => {
      this.#post({ kind: 'listenerFailed', stream: name, error: toPlain(error) })
    })
    return listener.address
  }

  #accept({ context, decoderOf, hellos }: HostedStream, socket: Socket, hello: Hello, first: Buffer): string | null {
    const decodeRecords = decoderOf(hello.recordFormat)
    if (decodeRecords === null) return formatRefusal(context.applicationName, hello.recordFormat)
    const refusal = hellos.claim(hello)
    if (refusal !== null) return refusal
    const number = ++this.#count
    const turn: Deferred<void> = deferred()
    const beforeInitialize = (): Promise<void> => {
      this.#post({ kind: 'asksTurn', session: number })
      return turn.promise
    }
    const session = new ShardSession(
      { ...context, decodeRecords, beforeInitialize },
      socketConnection(socket),
      hello.shardId,
    )
    this.#sessions.set(number, { session, turn })
    this.#post({ kind: 'opened', session: number, hello: withoutToken(hello) })
    session.signal.addEventListener('abort', () => {
      // One that the main thread refused gets no answer.
      turn.reject(session.signal.reason as Error)
      this.#post({ kind: 'lost', session: number, error: toPlain(session.signal.reason) })
    })
    void session.ended.then(async end => {
      this.#post({ kind: 'ended', session: number, end: plainEnd(end), status: session.status() })
      await session.handlerSettled()
      this.#sessions.delete(number)
      this.#post({ kind: 'settled', session: number })
    })
    session.start(first)
    return null
  }

  /** One that is over already needs no orders. */
  #direct(order: Exclude<ThreadOrder, ThreadRequest>): void {
    const hosted = this.#sessions.get(order.session)
    if (hosted === undefined) return
    const { session, turn } = hosted
    switch (order.kind) {
      case 'resume':
        session.figures.resume(order.earlier)
        return
      case 'begin':
        turn.resolve()
        this.#statusesChanged()
        return
      case 'refuse':
        turn.reject(revive(order.error))
        return
      case 'makeWay':
        void makeWay(session, order.waitMs, neverCalledOff).then(outcome => {
          this.#post({ kind: 'madeWay', session: order.session, outcome })
        })
        return
      case 'announceStop':
        session.announceStop()
        return
      case 'leave':
        session.leave()
        return
      case 'end':
        session.end(revive(order.error))
    }
  }

  #statusesChanged(): void {
    this.#pushing ??= setTimeout(() => {
      this.#pushing = undefined
      this.#tellStatuses()
    }, statusWithinMs)
  }

  #tellStatuses(): void {
    const statuses = [...this.#sessions].map(([number, { session }]) => [number, session.status()] as const)
    this.#post({ kind: 'statuses', statuses })
  }
}

function withoutToken({ stream, shardId, leaseId, recordFormat, openedAt }: Hello): Omit<Hello, 'token'> {
  const known = { stream, shardId, leaseId, recordFormat }
  return openedAt === undefined ? known : { ...known, openedAt }
}

const plainEnd = (end: SessionEnd): PlainEnd => ('error' in end ? { ...end, error: toPlain(end.error) } : end)
