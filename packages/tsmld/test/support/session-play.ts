import type { WirePosition, WireRecord } from '../../src/protocol/messages.ts'
import type { SessionEffect, SessionEvent, SessionRules, SessionState } from '../../src/session/session-events.ts'
import { initialState, transition } from '../../src/session/session-state.ts'

export const frames: SessionRules = { checkpointsBetweenActions: true, maxCheckpointAttempts: 3 }
export const lines: SessionRules = { checkpointsBetweenActions: false, maxCheckpointAttempts: 3 }

export const at = (n: number): WirePosition => ({ sequenceNumber: String(n), subSequenceNumber: 0 })
export const record = (n: number): WireRecord => ({
  ...at(n),
  partitionKey: null,
  explicitHashKey: null,
  approximateArrivalTimestamp: null,
  encryptionType: null,
  aggregated: null,
  data: Buffer.alloc(0),
})

export const initialize: SessionEvent = {
  kind: 'messageReceived',
  message: { kind: 'initialize', shardId: 's', ...at(0) },
}
export const batch = (...numbers: number[]): SessionEvent => ({
  kind: 'messageReceived',
  message: { kind: 'processRecords', records: numbers.map(record), millisBehindLatest: null, atShardEnd: false },
})
export const simply = (kind: 'leaseLost' | 'shardEnded' | 'shutdownRequested' | 'leaseLosing'): SessionEvent => ({
  kind: 'messageReceived',
  message: { kind },
})
export const answered = (position: WirePosition | null, error: string | null = null): SessionEvent => ({
  kind: 'messageReceived',
  message: {
    kind: 'checkpointAnswered',
    sequenceNumber: position?.sequenceNumber ?? null,
    subSequenceNumber: position?.subSequenceNumber ?? null,
    error,
  },
})
export const settled: SessionEvent = { kind: 'handlerSettled' }
export const failed: SessionEvent = { kind: 'handlerFailed', error: new Error('user') }
export const requested = (n: number): SessionEvent => ({ kind: 'checkpointRequested', position: at(n) })

/** Plays events; gives the last state, and every effect in order, in short. */
export function play(
  rules: SessionRules,
  ...events: SessionEvent[]
): { state: SessionState; effects: string[]; raw: SessionEffect[] } {
  let state = initialState
  const raw: SessionEffect[] = []
  for (const event of events) {
    const next = transition(state, event, rules)
    state = next.state
    raw.push(...next.effects)
  }
  return { state, effects: raw.map(brief), raw }
}

export function brief(effect: SessionEffect): string {
  switch (effect.kind) {
    case 'runHandler':
      return `run ${effect.message.kind}`
    case 'sendStatus':
      return `status ${effect.responseFor}`
    case 'sendCheckpoint':
      return `checkpoint ${effect.position.sequenceNumber}`
    case 'scheduleRetry':
      return `retry after attempt ${String(effect.attempt)}`
    case 'resolveCheckpoints':
      return `saved ${effect.upTo.sequenceNumber}`
    case 'rejectCheckpoints':
      return 'reject'
    case 'abortSignal':
      return 'abort'
    case 'noteLateFailure':
      return 'late failure'
    case 'awaitEnd':
      return 'await end'
    case 'end':
      return `end ${effect.end.kind}${'error' in effect.end ? ` ${effect.end.error.name}` : ''}`
  }
}

export const begun = [initialize, settled]
export const lost = ['abort', 'reject']
