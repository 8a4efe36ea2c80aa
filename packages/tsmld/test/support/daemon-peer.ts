import type { Socket } from 'node:net'
import { Duplex } from 'node:stream'
import { encodeHello } from '../../src/protocol/daemon-frames.ts'
import type { DaemonMessage, Hello } from '../../src/protocol/messages.ts'
import { type CodecKind, encodeDaemon, heardOf } from './scripted-daemon.ts'

/** A hello of stream `clicks-cache`. */
export function helloOf(fields: Partial<Hello> = {}): Hello {
  const shardId = 'shardId-000000000000'
  return { token: 'secret', stream: 'clicks-cache', shardId, leaseId: 'lease-1', recordFormat: 'kinesis', ...fields }
}

/** The daemon's end of one connection, over whatever stream of bytes. */
export class DaemonPeer {
  readonly stream: Duplex
  /** Whether Node has closed, or half-closed, its end. */
  closed = false
  #bytes = Buffer.alloc(0)
  readonly #kind: CodecKind

  constructor(stream: Duplex, kind: CodecKind = 'frames') {
    this.stream = stream
    this.#kind = kind
    const close = (): void => {
      this.closed = true
    }
    stream.on('data', (chunk: Buffer) => {
      this.#bytes = Buffer.concat([this.#bytes, chunk])
    })
    stream.on('end', close).on('close', close).on('error', close)
  }

  /** Everything that Node wrote since the last look, as bytes. */
  bytes(): Buffer {
    const bytes = this.#bytes
    this.#bytes = Buffer.alloc(0)
    return bytes
  }

  /** The same as messages, in short. */
  heard(): string[] {
    return heardOf(this.#kind, this.bytes())
  }

  hello(fields: Partial<Hello> = {}): void {
    this.stream.write(encodeHello(helloOf(fields)))
  }

  say(...messages: DaemonMessage[]): void {
    for (const message of messages) this.stream.write(encodeDaemon(this.#kind, message))
  }
}

/** The two ends of a connection in memory; the first stands for Node's socket. */
export function socketPair(): [Socket, Duplex] {
  const near = new MemorySocket()
  const far = new MemorySocket()
  near.peer = far
  far.peer = near
  return [near as unknown as Socket, far]
}

class MemorySocket extends Duplex {
  peer: MemorySocket | null = null

  constructor() {
    super({ allowHalfOpen: true, autoDestroy: true })
  }

  override _read(): void {}

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.peer?.push(chunk)
    done()
  }

  override _final(done: () => void): void {
    this.peer?.push(null)
    done()
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    const { peer } = this
    this.peer = null
    if (peer !== null && !peer.destroyed) peer.destroy()
    done(error)
  }
}
