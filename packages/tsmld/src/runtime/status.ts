import type { StreamStatus } from './stream-supervisor.ts'

export type RuntimeState = 'created' | 'starting' | 'running' | 'stopping' | 'stopped' | 'failed'

/** What a runtime is doing: plain JSON. */
export interface RuntimeStatus {
  readonly state: RuntimeState
  readonly workerId: string
  readonly streams: readonly StreamStatus[]
}
