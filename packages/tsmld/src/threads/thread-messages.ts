import type { ListenerAddress, ListenerOptions } from '../daemon/listener.ts'
import type { Logger } from '../observability/logger.ts'
import type { ProcessorModule } from '../processors/module-processor.ts'
import type { FrameLimits } from '../protocol/frame-layout.ts'
import type { Hello } from '../protocol/messages.ts'
import type { NumberForm } from '../records/attribute-value.ts'
import type { SessionStatus, SessionTotals } from '../session/session-status.ts'
import type { PlainError } from './plain-error.ts'
import type { PlainFields } from './plain-fields.ts'

// What the main thread and the others say to each other; plain data, in order, over the thread's own port. A session is named by its number, which its thread gave it.
//
//   main → thread                      | thread → main                       | when
//   -----------------------------------|-------------------------------------|---------------------------------------------------
//   openStream, listen, closeListener  | answered                            | a tree starts, or is ended
//                                      | opened                              | a daemon's hello was accepted
//                                      | asksTurn                            | it wants to initialize: no user code has run
//   resume, begin; or refuse           |                                     | the answer, once no older session is in its way
//   makeWay                            | madeWay                             | a newer session has its shard
//   announceStop, leave, end           |                                     | the stream stops, or its tree starts again
//                                      | lost, ended, settled                | its signal aborts; it is over; its user code is over
//                                      | statuses                            | when something changed, and every 500 ms: also the sign of life
//                                      | logged, listenerFailed              | at any time

/** What a thread has to know of a stream; durations in milliseconds. */
export interface StreamPlan {
  /** The application's name. */
  readonly name: string
  readonly label: string
  readonly type: 'kinesis' | 'dynamodb'
  readonly numbers: NumberForm
  readonly processor: ProcessorModule
  readonly limits: Partial<FrameLimits>
  readonly checkpointTimeoutMs: number
  readonly maxCheckpointAttempts: number
}

/** How a thread listens for the sessions of a stream. */
export interface ListenPlan {
  readonly stream: string
  readonly at: ListenerOptions['at']
  readonly token: string
  readonly handshakeTimeoutMs: number
  readonly maxPendingHandshakes: number
}

/** What is answered by `answered`. */
export type ThreadRequest =
  | { readonly kind: 'openStream'; readonly plan: StreamPlan }
  | ({ readonly kind: 'listen' } & ListenPlan)
  | { readonly kind: 'closeListener'; readonly stream: string }

/** What the main thread says. */
export type ThreadOrder =
  | (ThreadRequest & { readonly request: number })
  | { readonly kind: 'resume'; readonly session: number; readonly earlier: SessionTotals }
  | { readonly kind: 'begin'; readonly session: number }
  | { readonly kind: 'refuse'; readonly session: number; readonly error: PlainError }
  | { readonly kind: 'makeWay'; readonly session: number; readonly waitMs: number }
  | { readonly kind: 'announceStop'; readonly session: number }
  | { readonly kind: 'leave'; readonly session: number }
  | { readonly kind: 'end'; readonly session: number; readonly error: PlainError }

/** How a session ended, as plain data. */
export type PlainEnd =
  | { readonly kind: 'leaseLost' | 'shardEnded' | 'left' }
  | { readonly kind: 'failed' | 'disconnected' | 'aborted'; readonly error: PlainError }

/** What came of a request. */
export type ThreadAnswer =
  | { readonly kind: 'done' }
  | { readonly kind: 'listening'; readonly address: ListenerAddress }
  | { readonly kind: 'failed'; readonly error: PlainError }

/** A report on one session. */
export type SessionReport =
  | { readonly kind: 'asksTurn'; readonly session: number }
  | { readonly kind: 'madeWay'; readonly session: number; readonly outcome: 'settled' | 'late' }
  | { readonly kind: 'lost'; readonly session: number; readonly error: PlainError }
  | { readonly kind: 'ended'; readonly session: number; readonly end: PlainEnd; readonly status: SessionStatus }
  | { readonly kind: 'settled'; readonly session: number }

/** A session that a daemon opened. */
export interface OpenedSession {
  readonly session: number
  readonly hello: Omit<Hello, 'token'>
}

/** What a thread says. */
export type ThreadReport =
  | SessionReport
  | ({ readonly kind: 'opened' } & OpenedSession)
  | { readonly kind: 'answered'; readonly request: number; readonly answer: ThreadAnswer }
  | { readonly kind: 'listenerFailed'; readonly stream: string; readonly error: PlainError }
  | { readonly kind: 'statuses'; readonly statuses: readonly (readonly [session: number, status: SessionStatus])[] }
  | {
      readonly kind: 'logged'
      readonly level: keyof Logger
      readonly fields: PlainFields
      readonly message: string
    }
