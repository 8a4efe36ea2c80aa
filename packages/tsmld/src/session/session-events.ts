import type { Action, DaemonMessage, WirePosition, WireRecord } from '../protocol/messages.ts'
import type { Whose } from './blame.ts'

/** The position after which a shard has no more records. */
export const SHARD_END: WirePosition = { sequenceNumber: 'SHARD_END', subSequenceNumber: 0 }

/** How a session ended. */
export type SessionEnd =
  | { readonly kind: 'leaseLost' }
  | { readonly kind: 'shardEnded' }
  /** The user's code, the protocol or a checkpoint failed. */
  | { readonly kind: 'failed'; readonly error: Error }
  /** The connection ended by itself: the daemon, or its bridge process, is gone. */
  | { readonly kind: 'disconnected'; readonly error: Error }
  /** The runtime ended it. */
  | { readonly kind: 'aborted'; readonly error: Error }
  /** It was asked to leave, and has answered its last action. */
  | { readonly kind: 'left' }

/** Where a session is in the exchange of an action and its status. */
export type SessionPhase =
  | { readonly name: 'awaitingInitialize' }
  | { readonly name: 'idle' }
  | { readonly name: 'handling'; readonly action: Action }
  | { readonly name: 'finishing'; readonly action: Action }
  | { readonly name: 'closed' }

type Outstanding = { readonly name: 'sent' | 'backingOff'; readonly position: WirePosition; readonly attempt: number }

/** All that a session has to remember; replaced whole by each event. */
export interface SessionState {
  readonly phase: SessionPhase
  readonly lease: 'held' | 'lost'
  /** For the words of errors. */
  readonly whose: Whose
  /** The checkpoint that the session began after; null until it has begun. */
  readonly start: WirePosition | null
  /** The first position handed to the processor. */
  readonly firstDelivered: WirePosition | null
  /** The greatest one. */
  readonly delivered: WirePosition | null
  /** What is being handled; null where no batch is. */
  readonly batch: readonly WireRecord[] | null
  /** The last checkpoint that this session saved. */
  readonly saved: WirePosition | null
  /** At most one checkpoint is with the daemon. */
  readonly outstanding: Outstanding | null
  /** The greatest position asked for beyond it. */
  readonly wanted: WirePosition | null
  /** Whether it closes after the present action: how a daemon that cannot ask its shards to shut down is left. */
  readonly leaving: boolean
}

/** What happened to a session. */
export type SessionEvent =
  | { readonly kind: 'messageReceived'; readonly message: DaemonMessage }
  | { readonly kind: 'handlerSettled' }
  | { readonly kind: 'handlerFailed'; readonly error: Error }
  | { readonly kind: 'checkpointRequested'; readonly position: WirePosition }
  | { readonly kind: 'retryDue' }
  | { readonly kind: 'answerOverdue' }
  /** The daemon has fed this session for too long since its lease was lost. */
  | { readonly kind: 'endOverdue' }
  | { readonly kind: 'inputBroke'; readonly error: Error }
  | { readonly kind: 'connectionClosed'; readonly error: Error }
  /** A newer session has this shard. */
  | { readonly kind: 'superseded' }
  | { readonly kind: 'leaveRequested' }
  | { readonly kind: 'aborted'; readonly error: Error }

/** What the shell has to do. */
export type SessionEffect =
  | { readonly kind: 'runHandler'; readonly message: HandledMessage }
  | { readonly kind: 'sendStatus'; readonly responseFor: Action }
  | { readonly kind: 'sendCheckpoint'; readonly position: WirePosition }
  | { readonly kind: 'scheduleRetry'; readonly attempt: number }
  | { readonly kind: 'resolveCheckpoints'; readonly upTo: WirePosition }
  | { readonly kind: 'rejectCheckpoints'; readonly error: Error }
  | { readonly kind: 'abortSignal'; readonly error: Error }
  /** The handler threw after the lease was lost: worth an info line, no more. */
  | { readonly kind: 'noteLateFailure'; readonly error: Error }
  /** Records came though the lease is lost: the daemon must end the session soon. */
  | { readonly kind: 'awaitEnd' }
  | { readonly kind: 'end'; readonly end: SessionEnd }

/** A message that asks for a status. */
export type HandledMessage = Extract<DaemonMessage, { kind: Action }>

/** What differs between codecs and runtimes. */
export interface SessionRules {
  /** Whether the codec lets a checkpoint go out while no action is being handled. */
  readonly checkpointsBetweenActions: boolean
  /** How often a throttled checkpoint is sent before it fails the session. */
  readonly maxCheckpointAttempts: number
}

/** What follows an event: the effects are to be performed in their order. */
export interface Transition {
  readonly state: SessionState
  readonly effects: readonly SessionEffect[]
}
