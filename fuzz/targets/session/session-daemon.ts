import type { NodeMessageDecoder } from '../../../packages/tsmld/src/protocol/node-message-decoder.ts'
import type { Connection, ConnectionHandlers } from '../../../packages/tsmld/src/session/connection.ts'
import type { VirtualClock } from '../../../packages/tsmld/src/testing/virtual-clock.ts'
import type { Expectation } from './expectation.ts'
import type { Tape } from './tape.ts'

/** How the daemon says a message of its own accord: the answers to checkpoints. */
export type Say = (sequenceNumber: string | null, subSequenceNumber: number | null, error: string | null) => Buffer

const errors = [
  null,
  'ThrottlingException',
  'ShutdownException',
  'KinesisClientLibDependencyException',
  'InvalidStateException',
  'Unheard-of',
]
const lateMs = 400

/** The daemon's end of a session: checks what Node writes as it comes, and answers checkpoints as the tape says. */
export class SessionDaemon implements Connection {
  closedBy: 'end' | 'destroy' | null = null
  #handlers: ConnectionHandlers | undefined
  readonly #decoder: NodeMessageDecoder
  readonly #tape: Tape
  readonly #say: Say
  readonly #clock: VirtualClock
  readonly expected: Expectation

  constructor(decoder: NodeMessageDecoder, say: Say, tape: Tape, clock: VirtualClock, expected: Expectation) {
    this.#decoder = decoder
    this.#say = say
    this.#tape = tape
    this.#clock = clock
    this.expected = expected
  }

  write(bytes: Buffer): void {
    this.expected.claim(this.closedBy === null, () => 'Node writes to a connection that it closed')
    for (const message of this.#decoder.push(bytes)) {
      this.expected.claim(message.kind !== 'refusal', () => 'a session that was begun is refused')
      if (message.kind === 'status') this.expected.statusSent(message.responseFor)
      else {
        this.expected.checkpointSent(message.position)
        this.#answer(message.position?.sequenceNumber ?? null, message.position?.subSequenceNumber ?? null)
      }
    }
  }

  end(): void {
    this.closedBy ??= 'end'
  }

  destroy(): void {
    this.closedBy ??= 'destroy'
  }

  listen(handlers: ConnectionHandlers): void {
    this.#handlers = handlers
  }

  /** Bytes of the daemon; after an `end()` of Node's it may go on for a while, after a `destroy()` nothing comes through. */
  deliver(bytes: Buffer): void {
    if (this.closedBy === 'destroy') return
    this.expected.delivered(bytes)
    this.#handlers?.onData(Buffer.from(bytes))
  }

  /** The connection ends, by an error or not. */
  close(error?: Error): void {
    this.#handlers?.onClose(error)
  }

  #answer(sequenceNumber: string | null, subSequenceNumber: number | null): void {
    const choice = this.#tape.next()
    const error = errors[choice] ?? null
    const answer = this.#say(sequenceNumber, subSequenceNumber, error)
    switch (choice) {
      case 6:
        this.#soon(this.#say('1', 0, null))
        return
      case 7:
        this.#soon(Buffer.concat([answer, answer]))
        return
      case 8:
        return
      case 9:
        this.#clock.setTimeout(() => {
          this.deliver(answer)
        }, lateMs)
        return
      default:
        this.#soon(answer)
    }
  }

  #soon(answer: Buffer): void {
    queueMicrotask(() => {
      this.deliver(answer)
    })
  }
}
