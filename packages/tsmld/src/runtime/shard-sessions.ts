import type { Socket } from 'node:net'
import type { Hello, RecordFormat } from '../protocol/messages.ts'
import { formatRefusal, type RecordsDecoder } from '../records/records-decoder.ts'
import { socketConnection } from '../session/connection.ts'
import { type SessionContext, ShardSession } from '../session/shard-session.ts'
import { type LiveSession, localSession } from './live-session.ts'
import { SessionRegistry, type SessionRegistryOptions } from './session-registry.ts'

/** What the sessions of one stream have in common, where they live in this thread. */
export type ShardSessionsOptions<R> = SessionRegistryOptions &
  Omit<SessionContext<R>, 'beforeInitialize' | 'decodeRecords'> & {
    /** What decodes records of the hello's format (null: there is no hello); null where the stream has no such records. */
    readonly decoderOf: (format: RecordFormat | null) => RecordsDecoder<R> | null
  }

/** All sessions of one stream, where they live in this thread. */
export class ShardSessions<R> extends SessionRegistry {
  readonly #options: ShardSessionsOptions<R>

  constructor(options: ShardSessionsOptions<R>) {
    super(options)
    this.#options = options
  }

  /** Takes a connection as a session, or says why not; `first` is what came with its hello. */
  accept(socket: Socket, hello: Hello | null, first: Buffer): string | null {
    const format = hello?.recordFormat ?? null
    const decodeRecords = this.#options.decoderOf(format)
    if (decodeRecords === null) return formatRefusal(this.#options.applicationName, format)
    const refusal = hello === null ? null : this.claim(hello)
    if (refusal !== null) return refusal
    const context: SessionContext<R> = {
      ...this.#options,
      decodeRecords,
      beforeInitialize: () => {
        if (hello === null) this.named(live)
        return this.mayBegin(live)
      },
    }
    const session = new ShardSession(context, socketConnection(socket), hello?.shardId ?? null)
    const live: LiveSession = localSession(session, hello?.openedAt ?? null)
    this.add(live)
    session.start(first)
    return null
  }
}
