// The daemon's end of a session in memory: it asks one action at a time as the KCL does, and answers checkpoints as it was told.
import type { Action, DaemonMessage, WirePosition } from '../protocol/messages.ts'
import type { FromNode, NodeMessageDecoder } from '../protocol/node-message-decoder.ts'
import type { Connection, ConnectionHandlers } from '../session/connection.ts'
import { SHARD_END } from '../session/session-events.ts'
import type { DaemonWire } from './daemon-wire.ts'

/** A message that is answered with a status. */
export type ActionMessage = Extract<DaemonMessage, { kind: Action }>

/** What becomes of an answer to a checkpoint. */
export type AnswerFault =
  | { readonly kind: 'refused'; readonly error: string }
  /** The checkpoint is saved, and nobody says so. */
  | { readonly kind: 'lost' }
  /** The checkpoint is saved, and it is said twice. */
  | { readonly kind: 'doubled' }

/** What outlives a session: the lease table of one shard, and what was planned for its checkpoints. */
export interface LeaseTable {
  readonly checkpoints: WirePosition[]
  readonly statuses: Action[]
  readonly faults: AnswerFault[]
}

interface Asked {
  readonly message: ActionMessage
  readonly settle: (handled: boolean) => void
}

/** One session's connection, as the session sees it, and the daemon behind it. */
export class MemoryDaemon implements Connection {
  readonly #table: LeaseTable
  readonly #wire: DaemonWire
  readonly #chunkBytes: number
  readonly #decoder: NodeMessageDecoder
  readonly #waiting: Asked[] = []
  #handlers: ConnectionHandlers | undefined
  #asked: Asked | null = null
  readonly #idle: (() => void)[] = []
  #isLeaseHeld = true
  #isOpen = true

  /** @param chunkBytes the greatest chunk that what it says comes in. */
  constructor(table: LeaseTable, wire: DaemonWire, chunkBytes: number) {
    this.#table = table
    this.#wire = wire
    this.#chunkBytes = chunkBytes
    this.#decoder = wire.newDecoder()
  }

  /** Whether an action is without its status, or waits for its turn. */
  get busy(): boolean {
    return this.#isOpen && (this.#asked !== null || this.#waiting.length > 0)
  }

  /** Resolves when it is not {@link busy}. */
  idle(): Promise<void> {
    return new Promise(resolve => {
      this.#idle.push(resolve)
      this.#tellIdle()
    })
  }

  /** Asks for an action, after those before it have their status; `settle` is told whether its status came, or the session ended first. */
  ask(message: ActionMessage, settle: (handled: boolean) => void = () => {}): void {
    this.#waiting.push({ message, settle })
    this.#askNext()
  }

  /** The lease goes: it is told at once where the daemon has a word for it, leaseLost comes after the present action, and every checkpoint is refused. */
  loseLease(): void {
    if (this.#isLeaseHeld && this.#asked !== null) this.say({ kind: 'leaseLosing' })
    this.leaseGone()
  }

  /** The same, before the daemon has noticed. */
  leaseGone(): void {
    if (!this.#isLeaseHeld) return
    this.#takeLease()
    this.ask({ kind: 'leaseLost' })
  }

  /** Says something, whether it fits or not. */
  say(message: DaemonMessage): void {
    if (!this.#wire.unsaid.includes(message.kind)) this.sayBytes(this.#wire.encode(message))
  }

  /** Says what may be no message. */
  sayBytes(pieces: Iterable<Buffer>): void {
    for (const piece of pieces)
      for (let at = 0; at < piece.length && this.#isOpen; at += this.#chunkBytes)
        // The decoder's own from then on, so that none may be a view of another's.
        this.#handlers?.onData(Buffer.from(piece.subarray(at, at + this.#chunkBytes)))
  }

  /** The connection breaks. */
  break(): void {
    if (!this.#isOpen) return
    this.#close()
    this.#handlers?.onClose(undefined)
  }

  write(bytes: Buffer): void {
    for (const message of this.#decoder.push(Buffer.from(bytes)))
      queueMicrotask(() => {
        this.#hear(message)
      })
  }

  end(): void {
    // What was written before it is still heard.
    queueMicrotask(() => {
      this.#close()
    })
  }

  destroy(): void {
    this.end()
  }

  listen(handlers: ConnectionHandlers): void {
    this.#handlers = handlers
  }

  #close(): void {
    this.#isOpen = false
    const left = [this.#asked, ...this.#waiting.splice(0)]
    this.#asked = null
    for (const asked of left) asked?.settle(false)
    this.#tellIdle()
  }

  #tellIdle(): void {
    if (!this.busy) for (const resolve of this.#idle.splice(0)) resolve()
  }

  #takeLease(): void {
    this.#isLeaseHeld = false
    for (const { settle } of this.#waiting.splice(0)) settle(false)
  }

  #askNext(): void {
    if (this.#asked !== null || !this.#isOpen) return
    const next = this.#waiting.shift()
    if (next === undefined) return
    this.#asked = next
    this.say(next.message)
  }

  #hear(message: FromNode): void {
    if (message.kind === 'status') this.#takeStatus(message.responseFor)
    else if (message.kind === 'checkpoint') this.#takeCheckpoint(message.position)
  }

  #takeStatus(action: Action | 'shutdown'): void {
    if (this.#asked === null) return
    const { message, settle } = this.#asked
    this.#asked = null
    // KCL 1 has one word for two of them.
    this.#table.statuses.push(action === 'shutdown' ? message.kind : action)
    settle(true)
    this.#askNext()
    this.#tellIdle()
  }

  #takeCheckpoint(asked: WirePosition | null): void {
    const fault = this.#table.faults.shift()
    const error = fault?.kind === 'refused' ? fault.error : this.#isLeaseHeld ? null : 'ShutdownException'
    if (error === null) this.#table.checkpoints.push(asked ?? SHARD_END)
    if (fault?.kind !== 'lost') this.#answer(asked, error)
    if (fault?.kind === 'doubled') this.#answer(asked, error)
    // The KCL refuses so when the lease is gone, and says it after the present action.
    if (error !== 'ShutdownException' || !this.#isLeaseHeld) return
    this.#takeLease()
    this.ask({ kind: 'leaseLost' })
  }

  #answer(asked: WirePosition | null, error: string | null): void {
    const { sequenceNumber, subSequenceNumber } = asked ?? { sequenceNumber: null, subSequenceNumber: null }
    this.say({ kind: 'checkpointAnswered', sequenceNumber, subSequenceNumber, error })
  }
}
