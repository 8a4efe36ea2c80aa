import type { DaemonMessage, NodeMessage } from './messages.ts'

/** Turns one connection's bytes into the daemon's messages, whatever the chunks they come in. */
export interface Decoder {
  /**
   * The messages that `chunk` completes. Iterate to the end before the next push; messages that come before a fault are given before it is thrown.
   * The chunk is the decoder's from then on: it may keep views of it, and decode data in it.
   * @throws ProtocolError while iterating; the decoder is of no use after it.
   */
  push(chunk: Buffer): Iterable<DaemonMessage>
  /** Says that the connection has ended. @throws ProtocolError when it ended inside a message. */
  end(): void
}

/** One of the two ways to write the messages, for one session: its decoder may tell its encoder which version the daemon speaks. */
export interface Codec {
  /** Whether the daemon answers a checkpoint that is asked for while no action is being handled. */
  readonly checkpointsBetweenActions: boolean
  /** The decoder of this session; to be called once. */
  decoder(): Decoder
  encode(message: NodeMessage): Buffer
}
