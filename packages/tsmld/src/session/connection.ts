import type { Socket } from 'node:net'

/** What is told of a connection. */
export interface ConnectionHandlers {
  readonly onData: (chunk: Buffer) => void
  /** With the socket's error, if that was why. */
  readonly onClose: (error: Error | undefined) => void
}

/** What a session needs of a socket. */
export interface Connection {
  write(bytes: Buffer): void
  /** Closes after what was written has gone out. */
  end(): void
  /** Closes at once. */
  destroy(): void
  listen(handlers: ConnectionHandlers): void
}

/** A connected socket as a {@link Connection}. */
export function socketConnection(socket: Socket): Connection {
  return {
    write: bytes => {
      if (socket.writable) socket.write(bytes)
    },
    end: () => {
      socket.end()
      // What the daemon still says has no reader; without reading it, its end would not be noticed.
      socket.resume()
    },
    destroy: () => {
      socket.destroy()
    },
    listen: ({ onData, onClose }) => {
      let failure: Error | undefined
      socket.on('data', onData)
      socket.on('error', error => {
        failure = error
      })
      socket.on('end', () => {
        socket.end()
      })
      socket.on('close', () => {
        onClose(failure)
      })
      // The listener paused it after the handshake.
      socket.resume()
    },
  }
}
