import { listen } from '../daemon/listener.ts'
import { onlyListener } from '../daemon/listener-loads.ts'
import { importedProcessor } from '../processors/module-processor.ts'
import { sessionDecoder } from '../records/records-decoder.ts'
import type { ProcessorFactory } from '../session/record-processor.ts'
import type { Child } from './rest-for-one.ts'
import {
  maxCheckpointAttempts,
  maxPendingHandshakes,
  type SessionHome,
  type SessionHomeInput,
  type StreamListeners,
} from './session-home.ts'
import { ShardSessions } from './shard-sessions.ts'

/** The sessions of one stream in this thread. */
export class LocalHome implements SessionHome {
  readonly sessions: ShardSessions<unknown>
  readonly #input: SessionHomeInput
  #factory: ProcessorFactory<unknown>

  constructor(input: SessionHomeInput) {
    const { stream, kind, settings } = input
    this.#input = input
    this.#factory = stream.processor
    this.sessions = new ShardSessions({
      ...settings,
      ...input,
      maxCheckpointAttempts,
      stallTimeoutMs: stream.stallTimeoutMs,
      stream: stream.label,
      applicationName: stream.name,
      factory: shard => this.#factory(shard),
      decoderOf: format => sessionDecoder(stream.type, format, stream.numbers),
      newCodec: kind.newCodec,
      refuseWhileStopping: kind.outlivesFailedSession,
    })
  }

  async start(): Promise<Child> {
    // A module that is of no use is better said now than by its first shard.
    this.#factory = await importedProcessor(this.#input.stream.processor)
    return { failed: this.sessions.failed, terminate: () => this.sessions.terminate() }
  }

  async listen(): Promise<StreamListeners> {
    const { kind, logger, settings } = this.#input
    const listener = await listen({
      at: await kind.listenAt(settings.transport),
      handshake: kind.handshake(settings.transport),
      handshakeTimeoutMs: settings.handshakeTimeoutMs,
      maxPendingHandshakes,
      onSession: (socket, { hello, rest }) => this.sessions.accept(socket, hello, rest),
      onRefused: reason => {
        logger.warn({ reason }, 'a connection was refused')
      },
      onUnseen: reason => {
        logger.warn({ reason }, "whether the listener's socket is still there cannot be seen; it is looked for again")
      },
    })
    return { failed: listener.failed, terminate: () => listener.close(), loads: onlyListener(listener.address) }
  }
}
