// The shard session's state machine: pure, `(state, event) → { state, effects }`. The connection's hello (frames) or token (TCP) was accepted before a session exists.
//
//   phase               | what comes                          | what follows
//   --------------------|-------------------------------------|--------------------------------------------------------------
//   awaitingInitialize  | initialize                          | handling: the processor is made
//   idle                | an action                           | handling: its handler runs; a lost lease runs none but leaseLost's
//   handling            | the handler settled                 | finishing
//   finishing           | nothing is left to checkpoint       | the status goes out → idle; after leaseLost, shardEnded, or when leaving → closed
//   any but closed      | a checkpoint is wanted              | sent, if none is outstanding and the codec allows one now; else kept
//   any but closed      | its answer                          | saved; or by its error: back off and repeat, lease lost, failed
//   any but closed      | leaseLosing, superseded             | the lease is lost: signal aborted, checkpoints rejected
//   any but closed      | the daemon feeds a lost lease on    | failed, so that its shard begins again where it was checkpointed
//   any but closed      | it is asked to leave                | idle → closed, without a word; else after the present action's status
//   any but closed      | the handler failed                  | failed, without a status; with the lease lost it only counts as settled
//   any but closed      | anything that does not fit          | failed, with a ProtocolError
//   closed              | anything                            | nothing
//
// `finishing` holds the status back for a checkpoint in two cases: at a shard's end, which must be checkpointed first (the KCL stalls on
// that shard otherwise: ShutdownTask in KCL 3, ShutdownTask.java of KCL 1), and wherever the daemon reads nothing after the status that could matter:
// json-lines always, frames when the lease is about to be given back.

import type { DaemonMessage, WirePosition, WireRecord } from '../protocol/messages.ts'
import { comparePositions } from '../records/sequence-number.ts'
import { blameDaemon, feedsLostLease, leaseIsGone, refusedCheckpoint } from './blame.ts'
import {
  type HandledMessage,
  type SessionEffect,
  type SessionEnd,
  type SessionEvent,
  type SessionPhase,
  type SessionRules,
  type SessionState,
  SHARD_END,
  type Transition,
} from './session-events.ts'

/** A session that has only just connected. */
export const initialState: SessionState = {
  phase: { name: 'awaitingInitialize' },
  lease: 'held',
  whose: { applicationName: '', shardId: null },
  start: null,
  firstDelivered: null,
  delivered: null,
  batch: null,
  saved: null,
  outstanding: null,
  wanted: null,
  leaving: false,
}

/** Decides what follows an event; never throws. */
export function transition(state: SessionState, event: SessionEvent, rules: SessionRules): Transition {
  if (state.phase.name === 'closed') return { state, effects: [] }
  switch (event.kind) {
    case 'messageReceived':
      return receive(state, event.message, rules)
    case 'handlerSettled':
      return settle(state, rules)
    case 'handlerFailed':
      if (state.lease === 'held') return end(state, { kind: 'failed', error: event.error })
      return prepend([{ kind: 'noteLateFailure', error: event.error }], settle(state, rules))
    case 'checkpointRequested':
      return request(state, event.position, rules)
    case 'retryDue': {
      const { outstanding } = state
      if (outstanding?.name !== 'backingOff') return { state, effects: [] }
      return {
        state: { ...state, outstanding: { ...outstanding, name: 'sent' } },
        effects: [{ kind: 'sendCheckpoint', position: outstanding.position }],
      }
    }
    case 'answerOverdue':
      if (state.lease === 'lost') return end(state, { kind: 'leaseLost' })
      return fail(state, 'the daemon did not answer a checkpoint in time')
    case 'endOverdue':
      return end(state, { kind: 'failed', error: feedsLostLease(state.whose) })
    case 'inputBroke':
      return end(state, { kind: 'failed', error: event.error })
    case 'connectionClosed':
      // After the lease is lost there is nothing left that the end could cost.
      return end(state, state.lease === 'lost' ? { kind: 'leaseLost' } : { kind: 'disconnected', error: event.error })
    case 'superseded':
      return continueAfterLoss(state, 'a newer session has this shard', rules)
    case 'leaveRequested': {
      const waiting = state.phase.name === 'idle' || state.phase.name === 'awaitingInitialize'
      return waiting ? end(state, left) : { state: { ...state, leaving: true }, effects: [] }
    }
    case 'aborted':
      return end(state, { kind: 'aborted', error: event.error })
  }
}

function receive(state: SessionState, message: DaemonMessage, rules: SessionRules): Transition {
  switch (message.kind) {
    case 'checkpointAnswered':
      return answer(state, message, rules)
    case 'leaseLosing':
      if (state.phase.name === 'awaitingInitialize') return fail(state, 'leaseLosing before initialize')
      return continueAfterLoss(state, 'the lease is lost', rules)
    case 'initialize':
      if (state.phase.name !== 'awaitingInitialize') return fail(state, `initialize while ${describe(state.phase)}`)
      return begin(state, message)
    case 'processRecords':
    case 'leaseLost':
    case 'shardEnded':
    case 'shutdownRequested':
      if (state.phase.name !== 'idle') return fail(state, `${message.kind} while ${describe(state.phase)}`)
      return handle(state, message, rules)
  }
}

function begin(state: SessionState, message: Extract<DaemonMessage, { kind: 'initialize' }>): Transition {
  const whose = { ...state.whose, shardId: message.shardId }
  return {
    state: { ...state, phase: { name: 'handling', action: 'initialize' }, whose, start: positionOf(message) },
    effects: [{ kind: 'runHandler', message }],
  }
}

function handle(
  state: SessionState,
  message: Exclude<HandledMessage, { kind: 'initialize' }>,
  rules: SessionRules,
): Transition {
  const handling: SessionState = { ...state, phase: { name: 'handling', action: message.kind } }
  if (message.kind === 'leaseLost') {
    const lost = loseLease(handling, 'the lease is lost')
    return { state: lost.state, effects: [...lost.effects, { kind: 'runHandler', message }] }
  }
  if (state.lease === 'lost') {
    const isFed = message.kind === 'processRecords' && message.records.length > 0
    return prepend(isFed ? [{ kind: 'awaitEnd' }] : [], settle(handling, rules))
  }
  const sent = sendWanted(message.kind === 'processRecords' ? deliver(handling, message.records) : handling, rules)
  return { state: sent.state, effects: [...sent.effects, { kind: 'runHandler', message }] }
}

function deliver(state: SessionState, batch: readonly WireRecord[]): SessionState {
  const [first] = batch
  const last = batch.at(-1)
  if (first === undefined || last === undefined) return state
  return { ...state, firstDelivered: state.firstDelivered ?? positionOf(first), delivered: positionOf(last), batch }
}

function settle(state: SessionState, rules: SessionRules): Transition {
  const { phase } = state
  if (phase.name !== 'handling') return { state, effects: [] }
  const atEnd = phase.action === 'shardEnded' && state.lease === 'held' && state.saved?.sequenceNumber !== 'SHARD_END'
  return finish(
    {
      ...state,
      phase: { name: 'finishing', action: phase.action },
      batch: null,
      wanted: atEnd ? SHARD_END : state.wanted,
    },
    rules,
  )
}

/** Sends the status unless a checkpoint has to be through first. */
function finish(state: SessionState, rules: SessionRules): Transition {
  const { phase } = state
  if (phase.name !== 'finishing') return sendWanted(state, rules)
  const { action } = phase
  const waits = !rules.checkpointsBetweenActions || action === 'shardEnded' || action === 'shutdownRequested'
  const sent = sendWanted(state, rules)
  if (waits && sent.state.outstanding !== null) return sent
  const effects: SessionEffect[] = [...sent.effects, { kind: 'sendStatus', responseFor: action }]
  if (action !== 'leaseLost' && action !== 'shardEnded') {
    const idle: SessionState = { ...sent.state, phase: { name: 'idle' } }
    return state.leaving ? prepend(effects, end(idle, left)) : { state: idle, effects }
  }
  const kind = action === 'shardEnded' && state.lease === 'held' ? 'shardEnded' : 'leaseLost'
  return prepend(effects, end(sent.state, { kind }))
}

function request(state: SessionState, position: WirePosition, rules: SessionRules): Transition {
  if (state.lease === 'lost')
    return { state, effects: [{ kind: 'rejectCheckpoints', error: leaseIsGone(state.whose) }] }
  // The KCL refuses to go back behind the checkpoint that it began at (ShardRecordProcessorCheckpointer: IllegalArgumentException), which would cost the session.
  const saved = state.saved ?? state.start
  if (saved !== null && comparePositions(position, saved) <= 0) {
    return { state, effects: [{ kind: 'resolveCheckpoints', upTo: saved }] }
  }
  const greatest = state.wanted !== null && comparePositions(state.wanted, position) > 0 ? state.wanted : position
  return sendWanted({ ...state, wanted: greatest }, rules)
}

function sendWanted(state: SessionState, rules: SessionRules): Transition {
  const { wanted } = state
  const busy = state.phase.name === 'handling' || state.phase.name === 'finishing'
  if (wanted === null || state.outstanding !== null || !(busy || rules.checkpointsBetweenActions))
    return { state, effects: [] }
  return {
    state: { ...state, wanted: null, outstanding: { name: 'sent', position: wanted, attempt: 1 } },
    effects: [{ kind: 'sendCheckpoint', position: wanted }],
  }
}

function answer(
  state: SessionState,
  message: Extract<DaemonMessage, { kind: 'checkpointAnswered' }>,
  rules: SessionRules,
): Transition {
  const { outstanding } = state
  if (outstanding?.name !== 'sent') return fail(state, 'an answer to a checkpoint that nobody awaits')
  if (!isAnswerTo(outstanding.position, message.sequenceNumber)) {
    return fail(
      state,
      `an answer for the checkpoint ${String(message.sequenceNumber)} where ${outstanding.position.sequenceNumber} was asked for`,
    )
  }
  const { position, attempt } = outstanding
  const free: SessionState = { ...state, outstanding: null }
  switch (message.error) {
    case null: {
      const rest = finish(
        { ...free, saved: position, wanted: isCovered(free.wanted, position) ? null : free.wanted },
        rules,
      )
      return prepend([{ kind: 'resolveCheckpoints', upTo: position }], rest)
    }
    case 'ThrottlingException':
    case 'KinesisClientLibDependencyException':
      // The lease went while this one was under way: no use in asking again.
      if (state.lease === 'lost') return finish(free, rules)
      if (attempt >= rules.maxCheckpointAttempts) return failCheckpoint(free, position, message.error, attempt)
      return {
        state: { ...state, outstanding: { name: 'backingOff', position, attempt: attempt + 1 } },
        effects: [{ kind: 'scheduleRetry', attempt }],
      }
    case 'ShutdownException':
      return continueAfterLoss(free, 'the lease is lost: the daemon refused a checkpoint', rules)
    default:
      return failCheckpoint(free, position, message.error, attempt)
  }
}

/** Marks the lease lost and lets the action go on to its status. */
function continueAfterLoss(state: SessionState, why: string, rules: SessionRules): Transition {
  const lost = loseLease(state, why)
  return prepend(lost.effects, finish(lost.state, rules))
}

function loseLease(state: SessionState, why: string): Transition {
  if (state.lease === 'lost') return { state, effects: [] }
  const error = leaseIsGone(state.whose, why)
  const sent = state.outstanding?.name === 'sent' ? state.outstanding : null
  return {
    state: { ...state, lease: 'lost', wanted: null, outstanding: sent },
    effects: [
      { kind: 'abortSignal', error },
      { kind: 'rejectCheckpoints', error },
    ],
  }
}

function failCheckpoint(state: SessionState, at: WirePosition, reason: string, attempts: number): Transition {
  return end(state, { kind: 'failed', error: refusedCheckpoint(state.whose, at, reason, attempts) })
}

function fail(state: SessionState, what: string): Transition {
  return end(state, { kind: 'failed', error: blameDaemon(state.whose, new Error(what)) })
}

function end(state: SessionState, how: SessionEnd): Transition {
  const error = 'error' in how ? how.error : leaseIsGone(state.whose, endings[how.kind])
  return {
    state: { ...state, phase: { name: 'closed' }, batch: null, outstanding: null, wanted: null },
    effects: [
      { kind: 'abortSignal', error },
      { kind: 'rejectCheckpoints', error },
      { kind: 'end', end: how },
    ],
  }
}

const endings = { leaseLost: 'the lease is lost', shardEnded: 'the shard has ended', left: 'the stream is stopping' }

const left: SessionEnd = { kind: 'left' }

const positionOf = ({ sequenceNumber, subSequenceNumber }: WirePosition): WirePosition => ({
  sequenceNumber,
  subSequenceNumber,
})

const isCovered = (wanted: WirePosition | null, saved: WirePosition): boolean =>
  wanted !== null && comparePositions(wanted, saved) <= 0

/** The MLD echoes what was asked for (MultiLangProtocol.checkpoint); null stands for the shard's end. */
const isAnswerTo = (asked: WirePosition, answered: string | null): boolean =>
  answered === null || asked.sequenceNumber === 'SHARD_END' || answered === asked.sequenceNumber

const prepend = (effects: readonly SessionEffect[], next: Transition): Transition => ({
  state: next.state,
  effects: [...effects, ...next.effects],
})

const describe = (phase: SessionPhase): string => ('action' in phase ? `${phase.name} ${phase.action}` : phase.name)
