import type { DaemonStream } from '../config/to-properties.ts'
import type { EmbeddedDaemon } from './embedded-daemon.ts'
import type { ListenerLoads } from './listener-loads.ts'
import type { StreamDaemon } from './stream-daemon.ts'

/** Where embedded streams find their JVM: one for each stream, or one host shared by several. */
export class DaemonHost {
  #current: EmbeddedDaemon | undefined
  readonly #start: () => EmbeddedDaemon

  constructor(start: () => EmbeddedDaemon) {
    this.#start = start
  }

  /**
   * Runs the stream in the JVM that runs, or starts one once the old one's exit was seen: two under one worker id would fight over their leases.
   * @throws StreamFailedError, DaemonExitError, TimeoutError
   */
  async host(stream: DaemonStream, listeners: ListenerLoads, signal: AbortSignal): Promise<StreamDaemon> {
    while (this.#current?.isEnding === true) {
      const ending = this.#current
      await ending.exited
      if (this.#current === ending) this.#current = undefined
    }
    signal.throwIfAborted()
    this.#current ??= this.#start()
    return this.#current.host(stream, listeners, signal)
  }
}
