import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CheckpointError, ProtocolError } from '../../src/errors.ts'
import { type SessionEvent, SHARD_END } from '../../src/session/session-events.ts'
import {
  answered,
  at,
  batch,
  begun,
  failed,
  frames,
  lines,
  lost,
  play,
  requested,
  settled,
  simply,
} from '../support/session-play.ts'

test('one status answers each action, after its handler has settled', () => {
  assert.deepEqual(play(frames, ...begun, batch(1, 2), settled, batch(), settled).effects, [
    'run initialize',
    'status initialize',
    'run processRecords',
    'status processRecords',
    'run processRecords',
    'status processRecords',
  ])
})

test('fault 1: a handler that fails ends the session without a status', () => {
  const { effects, state } = play(frames, ...begun, batch(1), failed)
  assert.deepEqual(effects.slice(3), [...lost, 'end failed Error'])
  assert.equal(state.phase.name, 'closed')
})

test('over frames a checkpoint goes out between actions', () => {
  assert.deepEqual(play(frames, ...begun, batch(1), settled, requested(1), answered(at(1))).effects.slice(4), [
    'checkpoint 1',
    'saved 1',
  ])
})

test('over json-lines a checkpoint waits for the next action, and the status for its answer', () => {
  const { effects } = play(lines, ...begun, batch(1), settled, requested(1), batch(), settled, answered(at(1)))
  assert.deepEqual(effects.slice(4), ['checkpoint 1', 'run processRecords', 'saved 1', 'status processRecords'])
})

test('over frames the status of a batch does not wait for a checkpoint', () => {
  assert.deepEqual(play(frames, ...begun, batch(1), requested(1), settled).effects.slice(3), [
    'checkpoint 1',
    'status processRecords',
  ])
})

test('over frames the status of a requested shutdown waits for the checkpoint: the lease goes after it', () => {
  const { effects } = play(
    frames,
    ...begun,
    batch(1),
    settled,
    simply('shutdownRequested'),
    requested(1),
    settled,
    answered(at(1)),
  )
  assert.deepEqual(effects.slice(5), ['checkpoint 1', 'saved 1', 'status shutdownRequested'])
})

test('one checkpoint is outstanding: what is wanted meanwhile goes as one, the greatest', () => {
  const { effects } = play(
    frames,
    ...begun,
    batch(1, 2, 3, 4),
    requested(1),
    requested(2),
    requested(4),
    requested(3),
    answered(at(1)),
    answered(at(4)),
  )
  assert.deepEqual(effects.slice(3), ['checkpoint 1', 'saved 1', 'checkpoint 4', 'saved 4'])
})

test('a position that is saved already is not sent again', () => {
  assert.deepEqual(play(frames, ...begun, batch(1, 2), requested(2), answered(at(2)), requested(1)).effects.slice(3), [
    'checkpoint 2',
    'saved 2',
    'saved 2',
  ])
})

for (const error of ['ThrottlingException', 'KinesisClientLibDependencyException']) {
  test(`fault 2: ${error} sends the same position again, a bounded number of times`, () => {
    const { effects, raw } = play(
      frames,
      ...begun,
      batch(1),
      requested(1),
      answered(at(1), error),
      { kind: 'retryDue' },
      answered(at(1), error),
      { kind: 'retryDue' },
      answered(at(1), error),
    )
    assert.deepEqual(effects.slice(3), [
      'checkpoint 1',
      'retry after attempt 1',
      'checkpoint 1',
      'retry after attempt 2',
      'checkpoint 1',
      ...lost,
      'end failed CheckpointError',
    ])
    const end = raw.at(-1)
    assert(end?.kind === 'end' && end.end.kind === 'failed' && end.end.error instanceof CheckpointError)
    assert.equal(end.end.error.reason, error)
  })
}

test('fault 3: ShutdownException is the lease gone: no more checkpoints, the status, then leaseLost as a normal end', () => {
  const { effects } = play(
    frames,
    ...begun,
    batch(1, 2),
    requested(1),
    answered(at(1), 'ShutdownException'),
    requested(2),
    settled,
    simply('leaseLost'),
    settled,
  )
  assert.deepEqual(effects.slice(3), [
    'checkpoint 1',
    ...lost,
    'reject',
    'status processRecords',
    'run leaseLost',
    'status leaseLost',
    ...lost,
    'end leaseLost',
  ])
})

test('fault 3: whatever a handler throws after the lease is lost counts as settled', () => {
  assert.deepEqual(play(frames, ...begun, batch(1), simply('leaseLosing'), failed).effects.slice(3), [
    ...lost,
    'late failure',
    'status processRecords',
  ])
})

test('after the lease is lost no batch reaches the user, and each is answered', () => {
  assert.deepEqual(
    play(frames, ...begun, simply('leaseLosing'), batch(1), simply('shutdownRequested')).effects.slice(2),
    [...lost, 'await end', 'status processRecords', 'status shutdownRequested'],
  )
})

test('a daemon that feeds a lost lease for too long has it again: the session fails, so that its shard begins again', () => {
  const { raw } = play(frames, ...begun, simply('leaseLosing'), batch(1), { kind: 'endOverdue' })
  const end = raw.at(-1)
  assert(end?.kind === 'end' && end.end.kind === 'failed' && end.end.error instanceof CheckpointError)
  assert.match(end.end.error.message, /it holds it again/)
})

for (const error of ['InvalidStateException', 'IllegalArgumentException', 'SomethingNew', 'null']) {
  test(`fault 4: the checkpoint error ${error} is fatal to the session and named`, () => {
    const { raw } = play(frames, ...begun, batch(1), requested(1), answered(at(1), error))
    const end = raw.at(-1)
    assert(end?.kind === 'end' && end.end.kind === 'failed' && end.end.error instanceof CheckpointError)
    assert.equal(end.end.error.reason, error)
    assert.match(end.end.error.message, new RegExp(error))
  })
}

test('fault 8: the end of a shard is checkpointed before its status', () => {
  for (const rules of [frames, lines]) {
    const { effects } = play(rules, ...begun, batch(1), settled, simply('shardEnded'), settled, answered(null))
    assert.deepEqual(effects.slice(4), [
      'run shardEnded',
      'checkpoint SHARD_END',
      'saved SHARD_END',
      'status shardEnded',
      ...lost,
      'end shardEnded',
    ])
  }
})

test('the end of a shard is checkpointed once, when the user did', () => {
  const atEnd: SessionEvent = { kind: 'checkpointRequested', position: SHARD_END }
  const { effects } = play(frames, ...begun, simply('shardEnded'), atEnd, answered(null), settled)
  assert.deepEqual(effects.slice(2, 6), [
    'run shardEnded',
    'checkpoint SHARD_END',
    'saved SHARD_END',
    'status shardEnded',
  ])
})

test('fault 8: a throttled end of a shard is repeated, and the status waits for it', () => {
  const { effects } = play(
    frames,
    ...begun,
    simply('shardEnded'),
    settled,
    answered(null, 'ThrottlingException'),
    { kind: 'retryDue' },
    answered(null),
  )
  assert.deepEqual(effects.slice(3, 7), [
    'checkpoint SHARD_END',
    'retry after attempt 1',
    'checkpoint SHARD_END',
    'saved SHARD_END',
  ])
  assert.equal(effects[7], 'status shardEnded')
})

test('fault 8: the end of a shard whose lease is gone has its status alone, and ends as a lost lease', () => {
  const { effects } = play(frames, ...begun, simply('shardEnded'), settled, answered(null, 'ShutdownException'))
  assert.deepEqual(effects.slice(3), ['checkpoint SHARD_END', ...lost, 'status shardEnded', ...lost, 'end leaseLost'])
})

test('fault 8: the end of a shard that cannot be checkpointed has no status', () => {
  const { effects } = play(frames, ...begun, simply('shardEnded'), settled, answered(null, 'InvalidStateException'))
  assert(!effects.includes('status shardEnded'))
  assert.equal(effects.at(-1), 'end failed CheckpointError')
})

test('a lost lease is never checkpointed', () => {
  const { effects } = play(lines, ...begun, batch(1), settled, requested(1), simply('leaseLost'), requested(1), settled)
  assert.deepEqual(effects.slice(4), [...lost, 'run leaseLost', 'reject', 'status leaseLost', ...lost, 'end leaseLost'])
})

test('a superseded session goes on to its status and checkpoints no more', () => {
  const { effects } = play(frames, ...begun, batch(1), { kind: 'superseded' }, requested(1), settled)
  assert.deepEqual(effects.slice(3), [...lost, 'reject', 'status processRecords'])
})

test('a session that is asked to leave answers its action and closes', () => {
  const { effects } = play(
    lines,
    ...begun,
    batch(1),
    { kind: 'leaveRequested' },
    requested(1),
    settled,
    answered(at(1)),
  )
  assert.deepEqual(effects.slice(3), ['checkpoint 1', 'saved 1', 'status processRecords', ...lost, 'end left'])
  assert.deepEqual(play(lines, ...begun, { kind: 'leaveRequested' }).effects.slice(2), [...lost, 'end left'])
})

test('a connection that closes ends the session; after a lost lease as a normal end', () => {
  const closed: SessionEvent = { kind: 'connectionClosed', error: new Error('gone') }
  assert.equal(play(frames, ...begun, batch(1), closed).effects.at(-1), 'end disconnected Error')
  assert.equal(play(frames, ...begun, batch(1), simply('leaseLosing'), closed).effects.at(-1), 'end leaseLost')
})

test('a checkpoint that is never answered after the lease is lost is no failure', () => {
  const overdue: SessionEvent = { kind: 'answerOverdue' }
  const { effects } = play(lines, ...begun, batch(1), requested(1), simply('leaseLosing'), settled, overdue)
  assert.deepEqual(effects.slice(3), ['checkpoint 1', ...lost, ...lost, 'end leaseLost'])
})

test('fault 6: an answer that names another position, comes twice, unasked for or not at all is a protocol error', () => {
  const asked = [...begun, batch(1, 2), requested(1)]
  for (const events of [
    [...asked, answered(at(2))],
    [...asked, answered(at(1)), answered(at(1))],
    [...begun, answered(at(1))],
    [...asked, { kind: 'answerOverdue' } as const],
    [...asked, answered(at(1), 'ThrottlingException'), answered(at(1))],
  ]) {
    const { raw, effects } = play(frames, ...events)
    const end = raw.at(-1)
    assert(end?.kind === 'end' && end.end.kind === 'failed' && end.end.error instanceof ProtocolError, effects.join())
  }
})
