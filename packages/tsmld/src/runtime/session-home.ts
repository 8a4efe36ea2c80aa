import type { NormalizedStream } from '../config/normalized-stream.ts'
import type { ListenerLoads } from '../daemon/listener-loads.ts'
import type { Logger } from '../observability/logger.ts'
import type { DaemonKind } from './daemon-kind.ts'
import type { Child } from './rest-for-one.ts'
import type { SessionRegistry } from './session-registry.ts'

/** The listeners of a stream, one in each thread that its sessions may live in. */
export interface StreamListeners extends Child {
  readonly loads: ListenerLoads
}

/** Where the sessions of one stream live: in this thread, or spread over several. Outlives the restarts of its tree, because user code of ended sessions does too. */
export interface SessionHome {
  readonly sessions: SessionRegistry
  /** Makes ready for sessions. @throws ConfigError when the module of a processor is of no use. */
  start(signal: AbortSignal): Promise<Child>
  /** Begins to take sessions. @throws ConfigError */
  listen(signal: AbortSignal): Promise<StreamListeners>
}

/** What a home needs of its stream's tree. */
export interface SessionHomeInput {
  readonly stream: NormalizedStream
  readonly kind: DaemonKind
  readonly logger: Logger
  readonly settings: HomeSettings
  /** Told of every session that failed. */
  readonly onFailure: (error: Error) => void
  /** Told of every session whose connection the daemon's side ended. */
  readonly onDisconnect: (error: Error) => void
}

/** The runtime's settings that concern sessions; durations in milliseconds. */
export interface HomeSettings {
  readonly transport: 'unix' | 'tcp'
  readonly handshakeTimeoutMs: number
  readonly handlerWaitMs: number
  readonly checkpointTimeoutMs: number
  readonly shardRestartLimit: number
}

/** How often a throttled checkpoint is sent before it fails its session. */
export const maxCheckpointAttempts = 10
/** How many connections of one listener may be in their handshake. */
export const maxPendingHandshakes = 256
