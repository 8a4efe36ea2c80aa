import { shown } from '../config/checks.ts'
import { CheckpointError } from '../errors.ts'
import type { Logger } from '../observability/logger.ts'
import type { WirePosition } from '../protocol/messages.ts'
import type { Position } from '../records/record.ts'
import { comparePositions } from '../records/sequence-number.ts'
import { nameOf, type Whose, whereOf } from './blame.ts'
import { mayCheckpointAt } from './delivered-positions.ts'
import type { Checkpointer } from './record-processor.ts'
import { type SessionState, SHARD_END } from './session-events.ts'

interface Waiter {
  readonly position: WirePosition
  resolve(): void
  reject(error: Error): void
}

/** The user's side of a session's checkpoints: turns calls into positions, and answers into settled promises. */
export class SessionCheckpointer implements Checkpointer {
  #waiters: Waiter[] = []
  readonly #state: () => SessionState
  readonly #request: (position: WirePosition) => void
  readonly #logger: () => Logger

  constructor(state: () => SessionState, request: (position: WirePosition) => void, logger: () => Logger) {
    this.#state = state
    this.#request = request
    this.#logger = logger
  }

  checkpoint(at?: Position): Promise<void> {
    const position = resolvePosition(this.#state(), at)
    if (position === null) return Promise.resolve()
    if (position instanceof CheckpointError) {
      // One that is not awaited would go unnoticed.
      if (position.reason === 'IllegalArgumentException')
        this.#logger().error(
          { err: position },
          `a checkpoint is refused, and nothing is saved by it: ${position.message}`,
        )
      return observed(Promise.reject(position))
    }
    const saved = new Promise<void>((resolve, reject) => {
      this.#waiters.push({ position, resolve, reject })
    })
    this.#request(position)
    return observed(saved)
  }

  resolve(upTo: WirePosition): void {
    const waiting: Waiter[] = []
    for (const waiter of this.#waiters) {
      if (comparePositions(waiter.position, upTo) <= 0) waiter.resolve()
      else waiting.push(waiter)
    }
    this.#waiters = waiting
  }

  reject(error: Error): void {
    const rejected = this.#waiters
    this.#waiters = []
    for (const waiter of rejected) waiter.reject(error)
  }
}

/** Where a checkpoint goes: null where there is nothing to save yet, an error where the position was never delivered. */
function resolvePosition(state: SessionState, at: Position | undefined): WirePosition | CheckpointError | null {
  const { whose } = state
  if (state.phase.name === 'closed')
    return new CheckpointError(
      `The session of ${nameOf(whose)} has ended: nothing more is checkpointed.`,
      'ShutdownException',
      whereOf(whose),
    )
  const atEnd = 'action' in state.phase && state.phase.action === 'shardEnded'
  // Said explicitly rather than "the latest", because a batch may come in between.
  if (at === undefined) return atEnd ? SHARD_END : state.delivered
  const misfit = misfitOf(at)
  if (misfit !== null)
    return refusal(
      `checkpoint() takes a record or its { sequenceNumber, subSequenceNumber }, or nothing, not ${misfit}.`,
      whose,
    )
  if (!isPosition(at)) return outOfRange(at, 'is not a position of a record', whose)
  if (!mayCheckpointAt(at, state)) return outOfRange(at, notDelivered(state), whose)
  return { sequenceNumber: at.sequenceNumber, subSequenceNumber: at.subSequenceNumber }
}

const notDelivered = ({ firstDelivered, delivered }: SessionState): string =>
  firstDelivered === null || delivered === null
    ? 'was not delivered in this session, which has delivered no record yet'
    : `was not delivered in this session, whose records go from ${firstDelivered.sequenceNumber} to ${delivered.sequenceNumber}`

/** What was given that is no position at all, in words; null where it may be one. */
function misfitOf(at: unknown): string | null {
  if (Array.isArray(at)) return 'an array: name its last record, as in records.at(-1)'
  if (typeof at !== 'object' || at === null) return shown(at)
  if ('records' in at) return 'a batch: name its last record, as in batch.records.at(-1)'
  if (!('sequenceNumber' in at)) return 'an object without a sequenceNumber'
  return 'subSequenceNumber' in at
    ? null
    : 'a sequenceNumber without its subSequenceNumber (0 outside of KPL aggregates)'
}

const isPosition = ({ sequenceNumber, subSequenceNumber }: Position): boolean =>
  typeof (sequenceNumber as unknown) === 'string' &&
  /^\d+$/.test(sequenceNumber) &&
  Number.isSafeInteger(subSequenceNumber) &&
  subSequenceNumber >= 0

const outOfRange = (at: Position, why: string, whose: Whose): CheckpointError =>
  refusal(
    `Cannot checkpoint ${nameOf(whose)} at sequence number ${at.sequenceNumber}, sub-sequence number ${String(at.subSequenceNumber)}: it ${why}. Pass a record of this shard, or nothing.`,
    whose,
  )

const refusal = (message: string, whose: Whose): CheckpointError =>
  new CheckpointError(message, 'IllegalArgumentException', whereOf(whose))

/** A checkpoint that is not awaited must not end the process: that it failed is told by the end of its session, or by the log. */
function observed(promise: Promise<void>): Promise<void> {
  promise.catch(() => {})
  return promise
}
