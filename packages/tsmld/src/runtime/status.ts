import type { ThreadStatus } from '../threads/thread-pool.ts'
import type { StreamStatus } from './stream-supervisor.ts'

/** What a runtime is doing; `failed` means that it has ended with a reason, which `closed` rejects with. */
export type RuntimeState = 'created' | 'starting' | 'running' | 'stopping' | 'stopped' | 'failed'

/** What a runtime is doing: plain JSON. */
export interface RuntimeStatus {
  readonly state: RuntimeState
  /** The KCL's name for this process in the lease tables, where a stream does not give its own. */
  readonly workerId: string
  readonly streams: readonly StreamStatus[]
  /** Empty without `threads`. */
  readonly threads: readonly ThreadStatus[]
}
