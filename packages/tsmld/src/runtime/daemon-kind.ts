import type { NormalizedStream } from '../config/normalized-stream.ts'
import type { Handshake } from '../daemon/handshake.ts'
import type { ListenerOptions } from '../daemon/listener.ts'
import type { ListenerLoads } from '../daemon/listener-loads.ts'
import type { StreamDaemon } from '../daemon/stream-daemon.ts'
import type { Codec } from '../protocol/codec.ts'

/** What a daemon may ask of the tree that it is in. */
export interface DaemonTree {
  /** Calls the start off. */
  readonly signal: AbortSignal
  /** Lets the sessions finish their present actions and close: for a daemon that cannot ask its shards to shut down. */
  readonly leave: () => Promise<void>
}

/** All that differs between the embedded daemon and AWS's own, as a stream's tree sees it. */
export interface DaemonKind {
  /**
   * Whether a failed session costs its shard only. Where not, the daemon is killed at once when one fails, and a shard that begins while it stops is left unanswered: refusing it
   * would end the daemon before the others have drained.
   */
  readonly outlivesFailedSession: boolean
  readonly newCodec: () => Codec
  handshake(transport: 'unix' | 'tcp'): () => Handshake
  /** @throws ConfigError when the runtime's folder is gone and cannot be made again. */
  listenAt(transport: 'unix' | 'tcp'): Promise<ListenerOptions['at']>
  /** @throws TsmldError when it cannot be started. */
  startDaemon(stream: NormalizedStream, listeners: ListenerLoads, tree: DaemonTree): Promise<StreamDaemon>
}
