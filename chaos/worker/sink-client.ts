import { connect, type Socket } from 'node:net'
import { createInterface } from 'node:readline'
import type { Delivery } from '../../test/real/support/oracle.ts'
import type { SinkWrite } from './lines.ts'

/** Writes to the sink of the run. */
export class SinkClient {
  readonly #path: string
  readonly #onRefused: () => void
  #socket: Socket | undefined
  #lastId = 0
  readonly #pending = new Map<number, { resolve: () => void; reject: (why: Error) => void }>()
  /** Records whose write got no answer. */
  readonly #uncertain = new Set<string>()

  /** @param onRefused told of each write that met a sink that was down, or went down meanwhile. */
  constructor(path: string, onRefused: () => void) {
    this.#path = path
    this.#onRefused = onRefused
  }

  /** Resolves when the sink has taken all of them. @throws Error when it is down, or went down meanwhile. */
  async write(records: readonly Delivery[]): Promise<void> {
    const id = ++this.#lastId
    const write: SinkWrite = {
      id,
      records: records.map(record => (this.#uncertain.has(idOf(record)) ? { ...record, again: true } : record)),
    }
    try {
      await new Promise<void>((resolve, reject) => {
        this.#pending.set(id, { resolve, reject })
        this.#connected().write(`${JSON.stringify(write)}\n`)
      })
      for (const record of records) this.#uncertain.delete(idOf(record))
    } catch (error) {
      this.#onRefused()
      for (const record of records) this.#uncertain.add(idOf(record))
      throw error
    }
  }

  close(): void {
    this.#socket?.end()
  }

  #connected(): Socket {
    if (this.#socket !== undefined) return this.#socket
    const socket = connect(this.#path)
    this.#socket = socket
    createInterface({ input: socket })
      .on('line', line => {
        const { id } = JSON.parse(line) as { readonly id: number }
        this.#pending.get(id)?.resolve()
        this.#pending.delete(id)
      })
      // The interface repeats its input's errors.
      .on('error', () => {})
    socket.on('error', () => {})
    socket.on('close', () => {
      this.#socket = undefined
      for (const { reject } of this.#pending.values()) reject(new Error('the sink is down'))
      this.#pending.clear()
    })
    return socket
  }
}

const idOf = ({ session, sequenceNumber, subSequenceNumber }: Delivery): string =>
  `${session}/${sequenceNumber}/${subSequenceNumber}`
