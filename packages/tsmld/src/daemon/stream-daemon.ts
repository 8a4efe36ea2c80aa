/** The daemon's side of one stream, as its supervisor sees it: a JVM of its own, or a part of a shared one. */
export interface StreamDaemon {
  readonly pid: number | undefined
  /** Resolves with why it ended, when that was not asked for. */
  readonly failed: Promise<Error>
  /**
   * Drains every shard and ends.
   * @throws TimeoutError when the deadline passed first; it has ended all the same.
   */
  stop(deadlineMs: number): Promise<void>
  /** Ends it without draining; resolves when it is gone. */
  kill(): Promise<void>
}
