import { toDaemonStream } from '../config/to-properties.ts'
import type { DaemonHost } from '../daemon/daemon-host.ts'
import { helloHandshake } from '../daemon/handshake.ts'
import { newSocketIn, type RuntimeFolder } from '../daemon/runtime-folder.ts'
import { framesCodec } from '../protocol/frame-codec.ts'
import type { FrameLimits } from '../protocol/frame-layout.ts'
import type { DaemonKind } from './daemon-kind.ts'

/** What the embedded daemon needs of its runtime. */
export interface EmbeddedKindOptions {
  readonly folder: RuntimeFolder
  readonly token: string
  readonly workerId: string
  readonly host: DaemonHost
  readonly limits: Partial<FrameLimits>
}

/** Our own daemon: frames, and a failed session costs its shard only. */
export function embeddedKind({ folder, token, workerId, host, limits }: EmbeddedKindOptions): DaemonKind {
  return {
    outlivesFailedSession: true,
    newCodec: () => framesCodec(limits),
    handshake: () => () => helloHandshake(token),
    listenAt: transport => (transport === 'tcp' ? Promise.resolve('tcp') : newSocketIn(folder)),
    startDaemon: (stream, listeners, { signal }) => host.host(toDaemonStream(stream, { workerId }), listeners, signal),
  }
}
