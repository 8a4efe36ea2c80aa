import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import { createInterface } from 'node:readline'
import type { Delivery } from '../../test/real/support/oracle.ts'
import { nowUs, type SinkWrite } from '../worker/lines.ts'

/** A record that the sink took. */
export interface Taken extends Delivery {
  readonly atUs: number
}

/** Where the workers' records go: it holds what came, in the order in which it came. */
export class SinkServer {
  readonly taken: Taken[] = []
  readonly #path: string
  readonly #onTaken: (record: Taken) => void
  readonly #seen = new Set<string>()
  readonly #sockets = new Set<Socket>()
  readonly #server = createServer(socket => this.#serve(socket))

  constructor(path: string, onTaken: (record: Taken) => void) {
    this.#path = path
    this.#onTaken = onTaken
  }

  async up(): Promise<void> {
    if (this.#server.listening) return
    this.#server.listen(this.#path)
    await once(this.#server, 'listening')
  }

  /** Ends every connection and refuses new ones. */
  async down(): Promise<void> {
    if (!this.#server.listening) return
    const closed = new Promise(resolve => this.#server.close(resolve))
    for (const socket of this.#sockets) socket.destroy()
    await closed
  }

  #serve(socket: Socket): void {
    this.#sockets.add(socket)
    socket.on('error', () => {})
    socket.on('close', () => this.#sockets.delete(socket))
    createInterface({ input: socket })
      .on('line', line => {
        if (socket.destroyed) return
        const write = parsed(line)
        if (write === null) return
        for (const record of write.records) this.#take(record)
        socket.write(`${JSON.stringify({ id: write.id })}\n`)
      })
      .on('error', () => {})
  }

  #take({ again, ...record }: SinkWrite['records'][number]): void {
    const id = `${record.session}/${record.sequenceNumber}/${record.subSequenceNumber}`
    if (again === true && this.#seen.has(id)) return
    this.#seen.add(id)
    const taken = { ...record, atUs: nowUs() }
    this.taken.push(taken)
    this.#onTaken(taken)
  }
}

/** Null for the piece of a line that a killed worker left. */
function parsed(line: string): SinkWrite | null {
  try {
    return JSON.parse(line) as SinkWrite
  } catch {
    return null
  }
}
