import type { Delivery, Place } from '../../test/real/support/oracle.ts'
import type { LifeLine } from '../../test/real/support/worker-life.ts'
import type { Handling } from '../plan/plan.ts'

/** What a worker runs; it gets it as JSON. */
export interface WorkerConfig {
  readonly region: string
  /** Dummy credentials, for the process and its JVMs. */
  readonly environment: Readonly<Record<string, string>>
  readonly stream: string
  /** A table whose DynamoDB stream is processed as well. */
  readonly table: string | null
  readonly kinesisEndpoint: string
  readonly dynamodbEndpoint: string
  /** Where the sink listens: a Unix socket. */
  readonly sinkPath: string
  readonly handling: Handling
  readonly daemon: 'embedded' | 'stock'
  readonly sharedDaemon: boolean
  readonly shardSyncIntervalMs: number
  readonly heapBytes: number
  readonly idleTimeBetweenReadsMs: number
  readonly failoverTimeMs: number
  readonly nodeTimeoutMs: number
}

/** What a worker prints; `atUs` is the machine's monotonic clock, which all processes share. */
export type WorkerLine = { readonly atUs: number } & (
  | LifeLine
  | ({
      readonly type: 'begun' | 'checkpointed'
      readonly application: string
      readonly session: string
      readonly shardId: string
    } & Place)
  /** Whether the order found something to strike; of a mood, once a handler met it. */
  | { readonly type: 'struck'; readonly order: number; readonly found: boolean }
  /** The sink was down for a write. */
  | { readonly type: 'refused' }
)

/** What a worker is told. */
export type WorkerOrder = { readonly id: number } & (
  | { readonly do: 'cut' | 'cutInside'; readonly at: number }
  | { readonly do: 'stall'; readonly at: number; readonly ms: number }
  | { readonly do: 'behave'; readonly mood: Mood }
)

/** How handlers behave; `share` is how many calls of 100 throw. */
export type Mood =
  | { readonly kind: 'well' }
  | { readonly kind: 'slow'; readonly ms: number }
  | { readonly kind: 'failing'; readonly share: number }

/** What goes to the sink: `again` where an earlier try got no answer, so that the sink may have taken it. */
export interface SinkWrite {
  readonly id: number
  readonly records: readonly (Delivery & { readonly again?: true })[]
}

/** Microseconds of the clock that all processes of this machine share. */
export const nowUs = (): number => Number(process.hrtime.bigint() / 1_000n)

/** The application that processes a table's stream. */
export const applicationOf = (table: string): string => `${table}-app`
