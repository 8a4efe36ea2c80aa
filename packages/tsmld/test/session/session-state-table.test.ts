import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { SessionEvent } from '../../src/session/session-events.ts'
import { initialState, transition } from '../../src/session/session-state.ts'
import {
  answered,
  at,
  batch,
  begun,
  failed,
  frames,
  initialize,
  lines,
  lost,
  play,
  requested,
  settled,
  simply,
} from '../support/session-play.ts'

// Which messages fit which phase; everything else is a ProtocolError and runs no user code.
const phases: Record<string, SessionEvent[]> = {
  awaitingInitialize: [],
  'handling initialize': [initialize],
  idle: begun,
  'handling processRecords': [...begun, batch(1)],
  'handling shutdownRequested': [...begun, simply('shutdownRequested')],
  'handling leaseLost': [...begun, simply('leaseLost')],
  'handling shardEnded': [...begun, simply('shardEnded')],
  'finishing shardEnded': [...begun, simply('shardEnded'), settled],
}
const messages: Record<string, SessionEvent> = {
  initialize,
  processRecords: batch(9),
  leaseLost: simply('leaseLost'),
  shardEnded: simply('shardEnded'),
  shutdownRequested: simply('shutdownRequested'),
}
for (const [phase, before] of Object.entries(phases)) {
  for (const [name, message] of Object.entries(messages)) {
    const fits = phase === 'awaitingInitialize' ? name === 'initialize' : phase === 'idle' && name !== 'initialize'
    test(`fault 16: ${name} while ${phase} ${fits ? 'runs its handler' : 'is refused'}`, () => {
      const earlier = play(frames, ...before)
      const later = play(frames, ...before, message)
      const effects = later.effects.slice(earlier.effects.length)
      if (fits) assert.equal(effects.at(-1), `run ${name}`)
      else assert.deepEqual(effects, [...lost, 'end failed ProtocolError'])
    })
  }
}

const anyEvent: fc.Arbitrary<SessionEvent> = fc.oneof(
  fc.constantFrom<SessionEvent>(
    initialize,
    simply('leaseLost'),
    simply('shardEnded'),
    simply('shutdownRequested'),
    simply('leaseLosing'),
    settled,
    failed,
    { kind: 'retryDue' },
    { kind: 'answerOverdue' },
    { kind: 'endOverdue' },
    { kind: 'superseded' },
    { kind: 'leaveRequested' },
    { kind: 'connectionClosed', error: new Error('gone') },
    { kind: 'inputBroke', error: new Error('garbage') },
    { kind: 'aborted', error: new Error('stop') },
  ),
  fc.integer({ min: 1, max: 9 }).map(n => batch(n)),
  fc.integer({ min: 1, max: 9 }).map(requested),
  fc
    .tuple(
      fc.option(fc.integer({ min: 1, max: 9 })),
      fc.constantFrom(null, null, 'ThrottlingException', 'ShutdownException', 'Other'),
    )
    .map(([n, error]) => answered(n === null ? null : at(n), error)),
)

test('whatever comes: one status an action, one checkpoint outstanding, none after the lease is lost, one end', () => {
  fc.assert(
    fc.property(fc.constantFrom(frames, lines), fc.array(anyEvent, { maxLength: 40 }), (rules, events) => {
      let state = initialState
      let open: string | null = null
      let outstanding = 0
      let ends = 0
      for (const event of [initialize, settled, ...events]) {
        const before = state
        const next = transition(state, event, rules)
        state = next.state
        if (event.kind === 'messageReceived' && event.message.kind === 'checkpointAnswered') outstanding = 0
        for (const effect of next.effects) {
          assert.equal(ends, 0, 'nothing follows the end')
          if (effect.kind === 'runHandler') open = effect.message.kind
          if (effect.kind === 'sendStatus') {
            if (before.lease === 'held') assert.equal(effect.responseFor, open ?? effect.responseFor)
            open = null
          }
          if (effect.kind === 'sendCheckpoint') {
            outstanding++
            assert.equal(outstanding, 1)
            assert.equal(state.lease, 'held')
          }
          if (effect.kind === 'end') ends++
        }
        if (before.phase.name === 'closed') assert.deepEqual(next, { state: before, effects: [] })
      }
      assert.equal(ends, state.phase.name === 'closed' ? 1 : 0)
    }),
    { numRuns: 2_000 },
  )
})
