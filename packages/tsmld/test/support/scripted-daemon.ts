import type { Codec } from '../../src/protocol/codec.ts'
import { encodeDaemonMessage } from '../../src/protocol/daemon-frames.ts'
import { encodeDaemonLine, type LinesVersion } from '../../src/protocol/daemon-lines.ts'
import { framesCodec } from '../../src/protocol/frame-codec.ts'
import { frameHeaderBytes } from '../../src/protocol/frame-layout.ts'
import { jsonLinesCodec } from '../../src/protocol/json-lines-codec.ts'
import type { DaemonMessage } from '../../src/protocol/messages.ts'
import type { Connection } from '../../src/session/connection.ts'

export type CodecKind = 'frames' | 'json-lines'

export const codecKinds: readonly CodecKind[] = ['frames', 'json-lines']

export const newCodec = (kind: CodecKind): Codec => (kind === 'frames' ? framesCodec() : jsonLinesCodec())

/** A daemon's message as bytes. */
export function encodeDaemon(kind: CodecKind, message: DaemonMessage, version: LinesVersion = 'KCL 3'): Buffer {
  return kind === 'frames' ? Buffer.concat(encodeDaemonMessage(message)) : encodeDaemonLine(message, version)
}

/** What Node wrote, each message in short: `status initialize`, `checkpoint 7/0`, `checkpoint latest`. */
export function heardOf(kind: CodecKind, bytes: Buffer): string[] {
  return jsonOf(kind, bytes).map(text => {
    const message = JSON.parse(text) as Record<string, string | number | null>
    if (message['action'] === 'status') return `status ${String(message['responseFor'])}`
    const { sequenceNumber = null, subSequenceNumber = null } = message
    return sequenceNumber === null
      ? 'checkpoint latest'
      : `checkpoint ${String(sequenceNumber)}/${String(subSequenceNumber)}`
  })
}

function jsonOf(kind: CodecKind, bytes: Buffer): string[] {
  if (kind === 'json-lines')
    return bytes
      .toString()
      .split('\n')
      .filter(line => line !== '')
  const texts: string[] = []
  for (let at = 0; at < bytes.length; ) {
    const end = at + frameHeaderBytes + bytes.readUInt32BE(at)
    texts.push(bytes.toString('utf8', at + frameHeaderBytes, end))
    at = end
  }
  return texts
}

/** The daemon's end of a connection in memory, driven by the test line by line. */
export class ScriptedDaemon implements Connection {
  readonly kind: CodecKind
  /** How Node closed the connection. */
  closedBy: 'end' | 'destroy' | null = null
  #written: Buffer[] = []
  #handlers: Parameters<Connection['listen']>[0] | undefined

  constructor(kind: CodecKind) {
    this.kind = kind
  }

  /** What Node said since the last look. */
  heard(): string[] {
    const bytes = Buffer.concat(this.#written)
    this.#written = []
    return heardOf(this.kind, bytes)
  }

  say(...messages: DaemonMessage[]): void {
    for (const message of messages) this.sayBytes(encodeDaemon(this.kind, message))
  }

  sayBytes(bytes: Buffer): void {
    if (this.closedBy === null) this.#handlers?.onData(bytes)
  }

  /** The connection breaks, or the daemon closes it. */
  close(error?: Error): void {
    this.#handlers?.onClose(error)
  }

  write(bytes: Buffer): void {
    if (this.closedBy !== null) throw new Error('written after the end')
    this.#written.push(bytes)
  }

  end(): void {
    this.closedBy ??= 'end'
  }

  destroy(): void {
    this.closedBy ??= 'destroy'
  }

  listen(handlers: Parameters<Connection['listen']>[0]): void {
    this.#handlers = handlers
  }
}
