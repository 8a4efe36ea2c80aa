import type { ListenerAddress } from '../daemon/listener.ts'
import type { ListenerLoad, ListenerLoads } from '../daemon/listener-loads.ts'
import { type Deferred, deferred } from '../deferred.ts'
import { asError, ProtocolError, type ThreadExitError } from '../errors.ts'
import { moduleOf, type ProcessorModule } from '../processors/module-processor.ts'
import type { FrameLimits } from '../protocol/frame-layout.ts'
import { type Child, delay } from '../runtime/rest-for-one.ts'
import {
  maxCheckpointAttempts,
  maxPendingHandshakes,
  type SessionHome,
  type SessionHomeInput,
  type StreamListeners,
} from '../runtime/session-home.ts'
import { SessionRegistry } from '../runtime/session-registry.ts'
import { within } from '../runtime/within.ts'
import { jitteredBackoffMs } from '../session/backoff.ts'
import { toPlain } from './plain-error.ts'
import { RemoteSession } from './remote-session.ts'
import type { Thread } from './thread.ts'
import type { OpenedSession, StreamPlan } from './thread-messages.ts'
import type { ThreadPool, ThreadSlot } from './thread-pool.ts'

/** What the threads have to know of the runtime. */
export interface ThreadedHomeOptions {
  readonly pool: ThreadPool
  /** The stream's place among those of the runtime. */
  readonly place: number
  readonly token: string
  readonly limits: Partial<FrameLimits>
}

/** A thread in which the stream listens. */
interface Post {
  readonly slot: ThreadSlot
  readonly thread: Thread
  readonly address: ListenerAddress
}

/** From the start of the sessions, or of the listeners, to their end. */
interface Run {
  readonly failed: Deferred<Error>
  readonly over: AbortController
}

const mendBackoff = { baseMs: 100, maxMs: 30_000 }
/** A thread that is blocked does not answer, and closes its listener with its end. */
const closeWithinMs = 1_000
const neverCalledOff = new AbortController().signal

/** The sessions of one stream, spread over the threads of its runtime: what rules them is in the main thread, and nothing else. */
export class ThreadedHome implements SessionHome {
  readonly sessions: SessionRegistry
  readonly #input: SessionHomeInput
  readonly #options: ThreadedHomeOptions
  readonly #plan: StreamPlan
  readonly #loads: ListenerLoads
  readonly #posts = new Map<number, Post>()
  readonly #told = new Set<() => void>()
  #sessionsRun: Run = newRun()
  #listenRun: Run = newRun()

  constructor(input: SessionHomeInput, options: ThreadedHomeOptions) {
    const { stream, settings, onFailure, onDisconnect } = input
    this.#input = input
    this.#options = options
    this.sessions = new SessionRegistry({
      ...settings,
      applicationName: stream.name,
      stallTimeoutMs: stream.stallTimeoutMs,
      refuseWhileStopping: true,
      onFailure,
      onDisconnect,
    })
    this.#plan = {
      name: stream.name,
      label: stream.label,
      type: stream.type,
      numbers: stream.numbers,
      processor: moduleOf(stream.processor) as ProcessorModule,
      limits: options.limits,
      checkpointTimeoutMs: settings.checkpointTimeoutMs,
      maxCheckpointAttempts,
    }
    this.#loads = {
      current: () => this.#currentLoads(),
      onChange: told => {
        this.#told.add(told)
        return () => this.#told.delete(told)
      },
    }
    options.pool.onSessions(() => {
      this.#changed()
    })
  }

  async start(signal: AbortSignal): Promise<Child> {
    const run = newRun()
    this.#sessionsRun = run
    await unlessCalledOff(Promise.all(this.#options.pool.slots.map(slot => this.#open(slot))), signal)
    const terminate = (): Promise<void> => {
      run.over.abort()
      return this.sessions.terminate()
    }
    return { failed: Promise.race([run.failed.promise, this.sessions.failed]), terminate }
  }

  async listen(signal: AbortSignal): Promise<StreamListeners> {
    const run = newRun()
    this.#listenRun = run
    try {
      await unlessCalledOff(Promise.all(this.#options.pool.slots.map(slot => this.#occupy(slot, run))), signal)
    } catch (error) {
      run.over.abort()
      throw error
    }
    const terminate = async (): Promise<void> => {
      run.over.abort()
      const posts = [...this.#posts.values()]
      this.#posts.clear()
      await Promise.all(posts.map(({ thread }) => this.#closeListener(thread)))
    }
    return { failed: run.failed.promise, loads: this.#loads, terminate }
  }

  /** Of equal loads the daemon takes the first: each stream begins at another thread. */
  #currentLoads(): ListenerLoad[] {
    const { pool, place } = this.#options
    const { slots } = pool
    return slots.flatMap((_, at) => {
      const post = this.#posts.get((at + place) % slots.length)
      return post === undefined
        ? []
        : [
            {
              ...post.address,
              load: post.thread.sessions.filter(({ stream, isOver }) => isOver || stream !== this.#plan.name).length,
            },
          ]
    })
  }

  #changed(): void {
    for (const told of this.#told) told()
  }

  async #open(slot: ThreadSlot): Promise<Thread> {
    const thread = await slot.start()
    thread.serve(this.#plan.name, {
      opened: opened => this.#opened(thread, opened),
      listenerFailed: error => this.#listenerFailed(thread, error),
    })
    await thread.ask({ kind: 'openStream', plan: this.#plan })
    return thread
  }

  async #occupy(slot: ThreadSlot, run: Run): Promise<void> {
    const { kind, settings } = this.#input
    const thread = await this.#open(slot)
    const answer = await thread.ask({
      kind: 'listen',
      stream: this.#plan.name,
      at: await kind.listenAt(settings.transport),
      token: this.#options.token,
      handshakeTimeoutMs: settings.handshakeTimeoutMs,
      maxPendingHandshakes,
    })
    if (answer.kind !== 'listening') throw new ProtocolError(`Thread ${slot.index} answered ${answer.kind}.`)
    if (run.over.signal.aborted) {
      // The thread listens for the next run already, or will: the newest listener is the one that it has.
      if (this.#listenRun === run) await this.#closeListener(thread)
      return
    }
    const post = { slot, thread, address: answer.address }
    this.#posts.set(slot.index, post)
    void thread.failed.then(error => {
      this.#threadFailed(post, error, run)
    })
    this.#changed()
  }

  #opened(thread: Thread, opened: OpenedSession): RemoteSession | null {
    const { logger } = this.#input
    const order = thread.order.bind(thread)
    const refusal = this.sessions.claim(opened.hello)
    if (refusal !== null) {
      logger.warn({ reason: refusal, thread: thread.index }, 'a connection was refused')
      const error = new ProtocolError(`The session of ${opened.hello.shardId} is refused: ${refusal}.`)
      order({ kind: 'end', session: opened.session, error: toPlain(error) })
      return null
    }
    const mayBegin = (session: RemoteSession): Promise<void> => this.sessions.mayBegin(session)
    const session = new RemoteSession({ thread: thread.index, opened, logger, order, mayBegin })
    this.sessions.add(session)
    return session
  }

  #listenerFailed(thread: Thread, error: Error): void {
    if (this.#posts.get(thread.index)?.thread === thread) this.#listenRun.failed.resolve(error)
  }

  /** A stream without sessions there only has to listen in the next thread: nothing of it needs to start again. */
  #threadFailed(post: Post, error: ThreadExitError, run: Run): void {
    if (this.#posts.get(post.slot.index) !== post) return
    this.#posts.delete(post.slot.index)
    this.#changed()
    if (post.thread.failedStreams.has(this.#plan.name)) this.#sessionsRun.failed.resolve(error)
    else void this.#mend(post.slot, run)
  }

  async #mend(slot: ThreadSlot, run: Run): Promise<void> {
    for (let attempt = 1; await delay(jitteredBackoffMs(attempt, mendBackoff), run.over.signal); attempt++) {
      try {
        await this.#occupy(slot, run)
        return
      } catch (error) {
        const { message } = asError(error)
        this.#input.logger.warn({ thread: slot.index, error: message }, 'the thread does not listen yet')
      }
    }
  }

  async #closeListener(thread: Thread): Promise<void> {
    const closed = thread.ask({ kind: 'closeListener', stream: this.#plan.name }).catch(() => {})
    await within(closed, closeWithinMs, neverCalledOff)
  }
}

const newRun = (): Run => ({ failed: deferred<Error>(), over: new AbortController() })

/** @throws the signal's reason, where that comes first. */
async function unlessCalledOff<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  const calledOff = deferred<never>()
  const abort = (): void => {
    calledOff.reject(signal.reason as Error)
  }
  if (signal.aborted) abort()
  signal.addEventListener('abort', abort)
  try {
    return await Promise.race([promise, calledOff.promise])
  } finally {
    signal.removeEventListener('abort', abort)
  }
}
