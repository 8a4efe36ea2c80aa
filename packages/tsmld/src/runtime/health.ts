import type { RuntimeStatus } from './status.ts'

/** The answers to a platform's probes. */
export interface Health {
  /** False when the process should be replaced: a stream has failed for good. */
  readonly live: boolean
  /** Whether every stream runs. Holding no lease is healthy: another worker may have them all. */
  readonly ready: boolean
  /** Why not, a sentence each. */
  readonly reasons: readonly string[]
}

/** Judges a runtime by its status. */
export function healthOf({ state, streams }: RuntimeStatus): Health {
  const reasons = streams
    .filter(stream => stream.state !== 'running')
    .map(stream => `${stream.name} is ${stream.state}${stream.lastFailure === null ? '' : `: ${stream.lastFailure}`}`)
  if (state !== 'running') reasons.unshift(`the runtime is ${state}`)
  return {
    live: state !== 'failed' && streams.every(stream => stream.state !== 'failed'),
    ready: reasons.length === 0,
    reasons,
  }
}
