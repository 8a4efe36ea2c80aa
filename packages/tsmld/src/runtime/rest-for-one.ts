import { type Deferred, deferred } from '../deferred.ts'
import { asError, RestartLimitError, TimeoutError } from '../errors.ts'
import type { RestartPolicy } from './restart-policy.ts'

/** A running child. */
export interface Child {
  /** Resolves with why it failed; never, where it does not. */
  readonly failed: Promise<Error>
  /** Ends it without ceremony, before it or one before it starts again; resolves when it is gone. */
  terminate(): Promise<void>
}

/** How to start a child; those before it run by then. `signal` calls the start off. */
export interface ChildSpec {
  readonly name: string
  start(signal: AbortSignal): Promise<Child>
}

/**
 * A supervision tree, erlang's rest for one: when a child fails, it and those after it start again, in order, after the policy's delay.
 * A failure that comes while a restart is under way belongs to it; the reason that is reported is the first.
 */
export class RestForOne {
  /** Resolves with the reason when the tree has failed for good and all of its children are gone. */
  readonly failed: Promise<RestartLimitError>
  /** How often it restarted. */
  restarts = 0
  /** Why it last did, or why it failed. */
  lastFailure: Error | null = null
  readonly #stream: string
  readonly #specs: readonly ChildSpec[]
  readonly #policy: RestartPolicy
  readonly #onRestart: (child: string, error: Error, delayMs: number) => void
  readonly #running: Child[] = []
  readonly #failed: Deferred<RestartLimitError> = deferred()
  readonly #stop = new AbortController()
  #failure: { readonly place: number; readonly error: Error } | null = null
  #busy: Promise<void> = Promise.resolve()

  /** @param stream whose tree it is, for what it says. */
  constructor(
    stream: string,
    specs: readonly ChildSpec[],
    policy: RestartPolicy,
    onRestart: (child: string, error: Error, delayMs: number) => void,
  ) {
    this.#stream = stream
    this.#specs = specs
    this.#policy = policy
    this.#onRestart = onRestart
    this.failed = this.#failed.promise
  }

  /** Starts the children in order; the first failure ends those that run, and is thrown: nothing restarts that never ran. */
  async start(): Promise<void> {
    const started = this.#startFrom(0)
    this.#busy = started.catch(() => {})
    try {
      await started
    } catch (error) {
      if (!this.#stop.signal.aborted) this.lastFailure = asError(error)
      // A child that failed meanwhile is not repaired either.
      this.#stop.abort(error)
      await this.#terminateFrom(0)
      throw error
    }
  }

  /** Supervises no more, and leaves the children that run to the caller; a start under way is called off. */
  async release(): Promise<void> {
    this.#stop.abort(new TimeoutError('The stream is stopping.'))
    await this.#busy
  }

  async #startFrom(index: number): Promise<void> {
    for (const spec of this.#specs.slice(index)) {
      this.#stop.signal.throwIfAborted()
      const child = await spec.start(this.#stop.signal)
      this.#running.push(child)
      void child.failed.then(error => {
        this.#childFailed(child, error)
      })
    }
    this.#policy.started(Date.now())
  }

  async #terminateFrom(index: number): Promise<void> {
    while (this.#running.length > index) await this.#running.pop()?.terminate()
  }

  #childFailed(child: Child, error: Error): void {
    const place = this.#running.indexOf(child)
    // One that is being ended, or was, may well say that it failed.
    if (place === -1 || this.#stop.signal.aborted) return
    const first = this.#failure
    this.#failure = { place: Math.min(place, first?.place ?? place), error: first?.error ?? error }
    if (first === null) this.#busy = this.#busy.then(() => this.#repair())
  }

  async #repair(): Promise<void> {
    while (this.#failure !== null && !this.#isReleased()) {
      const { place, error } = this.#failure
      await this.#terminateFrom(place)
      this.lastFailure = error
      if (this.#isReleased()) return
      // A child that passed a limit of its own is beyond a restart.
      if (error instanceof RestartLimitError) return this.#giveUp(error)
      const decision = this.#policy.failed(Date.now())
      if (decision.kind === 'giveUp') {
        const message = `The stream ${this.#stream} failed too often, the last time by: ${error.message}`
        return this.#giveUp(new RestartLimitError(message, { cause: error, stream: this.#stream }))
      }
      this.restarts++
      this.#onRestart(this.#specs[place]?.name ?? '', error, decision.delayMs)
      if (await delay(decision.delayMs, this.#stop.signal)) await this.#startAgain()
    }
  }

  #isReleased(): boolean {
    return this.#stop.signal.aborted
  }

  async #giveUp(reason: RestartLimitError): Promise<void> {
    this.#stop.abort()
    await this.#terminateFrom(0)
    this.#failed.resolve(reason)
  }

  /** Starts from the first child that failed; one before it may have failed during the delay. */
  async #startAgain(): Promise<void> {
    const place = this.#failure?.place ?? 0
    await this.#terminateFrom(place)
    this.#failure = null
    try {
      await this.#startFrom(place)
    } catch (thrown) {
      await this.#terminateFrom(place)
      // One that failed while a later one was starting came first, and may be why.
      this.#failure ??= { place, error: asError(thrown) }
    }
  }
}

/** Waits; false when `signal` called it off. */
export function delay(ms: number, signal: AbortSignal): Promise<boolean> {
  // One that was called off before tells nobody any more.
  if (signal.aborted) return Promise.resolve(false)
  return new Promise(resolve => {
    const done = (): void => {
      clearTimeout(timer)
      resolve(false)
    }
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', done)
      resolve(true)
    }, ms)
    signal.addEventListener('abort', done, { once: true })
  })
}
