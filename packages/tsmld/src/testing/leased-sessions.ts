// One shard's sessions, one after another, under what rules a runtime's: its registry, its watchdog, its hellos.
import type { OnStall } from '../config/stream-options.ts'
import type { Hello, RecordFormat } from '../protocol/messages.ts'
import { localSession } from '../runtime/live-session.ts'
import { SessionRegistry, type ShardStatus } from '../runtime/session-registry.ts'
import { Watchdog } from '../runtime/watchdog.ts'
import type { SessionEnd } from '../session/session-events.ts'
import { type SessionContext, ShardSession } from '../session/shard-session.ts'
import type { DaemonWire } from './daemon-wire.ts'
import { type LeaseTable, MemoryDaemon } from './memory-daemon.ts'
import type { VirtualClock } from './virtual-clock.ts'

/** What the sessions of a shard have in common. */
export interface LeasedSessionsOptions<R> {
  readonly context: Omit<SessionContext<R>, 'beforeInitialize' | 'newCodec'>
  readonly shardId: string
  readonly recordFormat: RecordFormat
  readonly clock: VirtualClock
  readonly table: LeaseTable
  readonly wire: DaemonWire
  readonly chunkBytes: number
  readonly handlerWaitMs: number
  readonly stallTimeoutMs: number
  readonly onStall: OnStall
}

/** A session, and the daemon that it is connected to. */
export interface LeasedSession<R> {
  readonly session: ShardSession<R>
  readonly daemon: MemoryDaemon
  readonly hello: Hello
  readonly status: () => ShardStatus
  end: SessionEnd | null
}

/** Gives a shard's lease to one session after another. */
export class LeasedSessions<R> {
  /** What the process would have ended with. */
  exitCode: number | null = null
  readonly #options: LeasedSessionsOptions<R>
  readonly #registry: SessionRegistry
  readonly #watchdog: Watchdog
  #leases = 0

  constructor(options: LeasedSessionsOptions<R>) {
    const { clock, handlerWaitMs, stallTimeoutMs, onStall, context, wire } = options
    const name = context.applicationName
    this.#options = options
    this.#registry = new SessionRegistry({
      applicationName: name,
      handlerWaitMs,
      refuseWhileStopping: wire.hasHello,
      // A test says itself when a shard comes back, and how often.
      shardRestartLimit: Number.POSITIVE_INFINITY,
      shardBackoff: { baseMs: 0, maxMs: 0 },
      stallTimeoutMs,
      clock,
      onFailure: () => {},
      onDisconnect: () => {},
    })
    this.#watchdog = new Watchdog({
      stream: { name, stallTimeoutMs, onStall },
      sessions: () => this.#registry.running,
      restart: why => void this.#registry.terminate(why),
      exit: exitCode => {
        this.exitCode ??= exitCode
      },
      clock,
    })
    this.#watchdog.start()
  }

  /** A new session, under a new lease. */
  connect(): LeasedSession<R> {
    const { context, shardId, table, wire, chunkBytes, clock } = this.#options
    const hello = this.#newHello()
    this.#registry.claim(hello)
    const daemon = new MemoryDaemon(table, wire, chunkBytes)
    const beforeInitialize = (): Promise<void> => {
      if (!wire.hasHello) this.#registry.named(live)
      return this.#registry.mayBegin(live)
    }
    const session = new ShardSession(
      { ...context, newCodec: wire.newCodec, beforeInitialize },
      daemon,
      wire.hasHello ? shardId : null,
    )
    const live = localSession(session, wire.hasHello ? clock.now() : null, clock)
    const leased: LeasedSession<R> = { session, daemon, hello, status: () => this.#registry.statusOf(live), end: null }
    void session.ended.then(end => {
      leased.end = end
    })
    this.#registry.add(live)
    session.start(Buffer.alloc(0))
    return leased
  }

  /** Why a second session that says the same hello is refused; null where it is not. */
  refusalOf(hello: Hello): string | null {
    return this.#registry.claim(hello)
  }

  close(): void {
    this.#watchdog.stop()
  }

  #newHello(): Hello {
    const { context, shardId, recordFormat, clock } = this.#options
    const leaseId = `lease-${++this.#leases}`
    return { token: '', stream: context.applicationName, shardId, leaseId, recordFormat, openedAt: clock.now() }
  }
}
