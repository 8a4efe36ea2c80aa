import type { Socket } from 'node:net'
import type { Hello } from '../protocol/messages.ts'
import { socketConnection } from '../session/connection.ts'
import { type SessionContext, ShardSession } from '../session/shard-session.ts'
import { type LiveSession, localSession } from './live-session.ts'
import { SessionRegistry, type SessionRegistryOptions } from './session-registry.ts'

/** What the sessions of one stream have in common, where they live in this thread. */
export type ShardSessionsOptions<R> = SessionRegistryOptions & Omit<SessionContext<R>, 'beforeInitialize'>

/** All sessions of one stream, where they live in this thread. */
export class ShardSessions<R> extends SessionRegistry {
  readonly #context: Omit<SessionContext<R>, 'beforeInitialize'>

  constructor(options: ShardSessionsOptions<R>) {
    super(options)
    this.#context = options
  }

  /** Takes a connection as a session, or says why not; `first` is what came with its hello. */
  accept(socket: Socket, hello: Hello | null, first: Buffer): string | null {
    const refusal = hello === null ? null : this.claim(hello)
    if (refusal !== null) return refusal
    const context: SessionContext<R> = {
      ...this.#context,
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
