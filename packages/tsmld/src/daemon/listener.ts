import { randomUUID } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { createServer, type Socket } from 'node:net'
import { deferred } from '../deferred.ts'
import { ConfigError, ProtocolError } from '../errors.ts'
import type { Handshake, HandshakeResult } from './handshake.ts'
import { watchSocket } from './socket-watch.ts'

/** Where a daemon connects to. */
export type ListenerAddress = { readonly path: string } | { readonly host: string; readonly port: number }

/** What a listener is made of. */
export interface ListenerOptions {
  /** A Unix socket's path, or `tcp` for a free port of 127.0.0.1. */
  readonly at: { readonly path: string } | 'tcp'
  readonly handshake: () => Handshake
  /** How long a connection may take until its handshake is complete. */
  readonly handshakeTimeoutMs: number
  /** How many connections may be in their handshake; past it the oldest of them is closed. */
  readonly maxPendingHandshakes: number
  /** Takes a connection whose handshake was accepted, or says why not. */
  readonly onSession: (socket: Socket, accepted: Extract<HandshakeResult, { kind: 'accepted' }>) => string | null
  /** Told of every connection that was refused or gave up. */
  readonly onRefused: (reason: string) => void
  /** Told when it cannot be seen whether the socket is still there; it is looked for again. */
  readonly onUnseen: (reason: string) => void
}

/** Listens for the daemon's connections and lets no byte of one through before its handshake. */
export interface Listener {
  readonly address: ListenerAddress
  /** Resolves with why it stopped listening by itself. */
  readonly failed: Promise<Error>
  /** Stops listening and closes pending handshakes; live sessions go on. */
  close(): Promise<void>
}

/**
 * Opens a listener.
 * @throws ConfigError when it cannot listen there.
 */
export async function listen(options: ListenerOptions): Promise<Listener> {
  const pending = new Set<Socket>()
  const server = createServer({ allowHalfOpen: true }, socket => {
    shake(socket, options, pending)
  })
  const at = options.at === 'tcp' ? { host: '127.0.0.1', port: 0 } : options.at
  await new Promise<void>((resolve, reject) => {
    const refuse = (cause: Error): void => {
      const [place, advice] =
        'path' in at ? [at.path, ' Set TMPDIR to a folder that can be written and has room.'] : [at.host, '']
      reject(new ConfigError(`Cannot listen for the daemon at ${place}: ${cause.message}.${advice}`, { cause }))
    }
    server.once('error', refuse)
    server.listen(at, () => {
      server.off('error', refuse)
      resolve()
    })
  })
  const failed = deferred<Error>()
  server.on('error', failed.resolve)
  const bound = server.address()
  const address =
    bound !== null && typeof bound === 'object'
      ? { host: bound.address, port: bound.port }
      : { path: (at as { path: string }).path }
  const watcher = { onGone: failed.resolve, onUnseen: options.onUnseen }
  const unwatch = 'path' in address ? await watchSocket(address.path, watcher) : () => {}
  const close = async (): Promise<void> => {
    unwatch()
    server.close()
    for (const socket of pending) socket.destroy()
    // One that cannot be removed is in a folder that is gone, or soon will be.
    if ('path' in address) await rm(address.path, { force: true }).catch(() => {})
  }
  return { address, failed: failed.promise, close }
}

/** A socket's path in `folder`, unlike any before. */
export const newSocketPath = (folder: string): string => `${folder}/${randomUUID().slice(0, 8)}.sock`

function shake(socket: Socket, options: ListenerOptions, pending: Set<Socket>): void {
  const handshake = options.handshake()
  const oldest = pending.size >= options.maxPendingHandshakes ? pending.values().next().value : undefined
  oldest?.destroy(new ProtocolError('too many connections are in their handshake'))
  pending.add(socket)

  const refuse = (reason: string, answer?: Buffer): void => {
    settle()
    options.onRefused(reason)
    // The refusal must get out even when the other side never reads on; then the end is forced.
    if (answer !== undefined) socket.write(answer)
    socket.end()
    socket.resume()
    setTimeout(() => socket.destroy(), options.handshakeTimeoutMs).unref()
  }
  const timer = setTimeout(() => {
    refuse(
      `no complete handshake within ${String(options.handshakeTimeoutMs)} ms`,
      handshake.refusal('handshake timeout'),
    )
  }, options.handshakeTimeoutMs)
  const onData = (chunk: Buffer): void => {
    advance(handshake.push(chunk))
  }
  const onClose = (): void => {
    settle()
    options.onRefused('the connection closed before its handshake was complete')
  }
  const settle = (): void => {
    clearTimeout(timer)
    pending.delete(socket)
    socket.off('data', onData).off('close', onClose)
  }
  const advance = (result: HandshakeResult): void => {
    if (result.kind === 'incomplete') return
    if (result.kind === 'refused') {
      refuse(result.reason, result.answer)
      return
    }
    socket.pause()
    settle()
    const refusal = options.onSession(socket, result)
    if (refusal !== null) refuse(refusal, handshake.refusal(refusal))
  }
  // Without a listener a socket's error would end the process.
  socket.on('error', () => {})
  socket.on('data', onData).on('close', onClose)
  advance(handshake.push(Buffer.alloc(0)))
}
