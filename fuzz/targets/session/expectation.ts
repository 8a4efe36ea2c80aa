import type { Codec, Decoder } from '../../../packages/tsmld/src/protocol/codec.ts'
import type { Action, DaemonMessage, WirePosition } from '../../../packages/tsmld/src/protocol/messages.ts'
import { comparePositions } from '../../../packages/tsmld/src/records/sequence-number.ts'
import { Finding } from '../../target.ts'

type ActionMessage = Extract<DaemonMessage, { kind: Action }>

/** What a session may do next, known from the bytes that were delivered to it, read by a decoder of its own, and from what its user code did. */
export class Expectation {
  readonly #decoder: Decoder
  readonly #betweenActions: boolean
  /** The actions that came whole; the next one to be answered is at `#answered`. */
  readonly #actions: ActionMessage[] = []
  #answered = 0
  /** The last action that user code was called for. */
  #handled = -1
  #leaseGone = false
  #broken = false
  #running: Action | null = null
  #failed = false
  #ended = false
  /** Positions that user code asked to save. */
  readonly #requested = new Set<string>()
  #finding: Finding | null = null
  #endRequested = false

  constructor(codec: Codec) {
    this.#decoder = codec.decoder()
    this.#betweenActions = codec.checkpointsBetweenActions
  }

  delivered(bytes: Buffer): void {
    if (this.#broken) return
    try {
      for (const message of this.#decoder.push(Buffer.from(bytes))) {
        if (message.kind === 'leaseLosing') this.leaseGone()
        else if (message.kind !== 'checkpointAnswered') this.#actions.push(message)
        else if (message.error === 'ShutdownException') this.leaseGone()
      }
    } catch {
      this.#broken = true
    }
  }

  /** The lease is another's, and so is what comes from now on. */
  leaseGone(): void {
    this.#leaseGone = true
  }

  /** User code is called: for the action that is to be answered next, one at a time, and after initialize. */
  called(action: Action): ActionMessage {
    const message = this.#actions[this.#answered]
    this.claim(message?.kind === action, () => `user code of ${action} runs where ${message?.kind ?? 'nothing'} is due`)
    this.claim((action === 'initialize') === (this.#answered === 0), () => `${action} is action ${this.#answered}`)
    this.claim(this.#running === null, () => `${action} runs while ${String(this.#running)} does`)
    this.claim(!this.#ended, () => `${action} begins after the session's end`)
    this.#running = action
    this.#handled = this.#answered
    return message
  }

  /** User code has settled. */
  settled(failed: boolean): void {
    this.#running = null
    this.#failed ||= failed
  }

  /** User code asks for a checkpoint. */
  requested(position: WirePosition | null): void {
    if (position === null) this.#endRequested = true
    else {
      this.#requested.add(`${position.sequenceNumber}/${position.subSequenceNumber}`)
      // Version 1 of the lines has no sub-sequence numbers: the daemon takes 0, and the rest of the aggregate comes again.
      if (!this.#betweenActions) this.#requested.add(`${position.sequenceNumber}/0`)
    }
  }

  statusSent(responseFor: string): void {
    const action = this.#actions[this.#answered]
    const kind = action?.kind
    const names: (string | undefined)[] = kind === 'shardEnded' || kind === 'leaseLost' ? [kind, 'shutdown'] : [kind]
    this.claim(names.includes(responseFor), () => `a status of ${responseFor} where ${String(kind)} is due`)
    this.claim(this.#running === null, () => `a status of ${responseFor} while its handler runs`)
    this.claim(!this.#ended, () => 'a status after the end')
    const isHeartbeat = action?.kind === 'processRecords' && action.records.length === 0
    const mayPass = this.#leaseGone || isHeartbeat || this.#handled === this.#answered
    this.claim(mayPass, () => `a status of ${responseFor} whose handler was not called`)
    this.#answered++
  }

  checkpointSent(position: WirePosition | null): void {
    const action = this.#actions[this.#answered]?.kind ?? null
    this.claim(!this.#ended, () => 'a checkpoint after the end')
    this.claim(
      this.#betweenActions || action !== null,
      () => 'a checkpoint between two actions, where the daemon would not answer',
    )
    if (position === null)
      this.claim(action === 'shardEnded' || this.#endRequested, () => 'the end of a shard that has not ended')
    else {
      const text = `${position.sequenceNumber}/${position.subSequenceNumber}`
      this.claim(this.#requested.has(text), () => `a checkpoint at ${text}, which nobody asked for`)
      const furthest = this.#furthestDelivered()
      this.claim(
        furthest !== null && comparePositions(position, furthest) <= 0,
        () => `a checkpoint at ${text}, not delivered yet`,
      )
    }
  }

  /** The session is over. */
  ended(): void {
    this.#ended = true
  }

  /** Whether user code failed. */
  get failed(): boolean {
    return this.#failed
  }

  /** What did not hold, the first of it. */
  get finding(): Finding | null {
    return this.#finding
  }

  /** Claims what must hold, and remembers that it did not: what is thrown inside of the session may never come out of it. @throws Finding */
  claim(holds: boolean, what: () => string): asserts holds {
    if (holds) return
    this.#finding ??= new Finding(what())
    throw this.#finding
  }

  /** The furthest record handed to user code, or about to be: a daemon's may go back. */
  #furthestDelivered(): WirePosition | null {
    let furthest: WirePosition | null = null
    for (const action of this.#actions.slice(0, this.#answered + 1)) {
      if (action.kind !== 'processRecords') continue
      for (const record of action.records)
        if (furthest === null || comparePositions(record, furthest) > 0) furthest = record
    }
    return furthest
  }
}
