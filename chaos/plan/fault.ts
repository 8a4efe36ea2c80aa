/** What a fault takes hold of; of each there is at most one fault at a time. */
export type Resource = 'process' | 'connection' | 'table' | 'handler' | 'sink' | 'stream'

/** One kind of fault. */
export interface FaultSpec {
  /** Its letter in the time line. */
  readonly mark: string
  readonly on: Resource
  /** The least and the greatest duration, in milliseconds: of the state, or until a process that ended is replaced. */
  readonly durationMs: readonly [least: number, greatest: number]
  readonly what: string
  /** Whether it may strike all workers at once; `only`: it always does. */
  readonly all?: 'maybe' | 'only'
  /** The one daemon that it can strike. */
  readonly daemon?: 'stock'
}

/** Every kind of fault; the planner deals them out like cards, so that none is forgotten. */
export const faults = {
  killNode: { mark: 'K', on: 'process', durationMs: [500, 4_000], what: 'SIGKILL of Node' },
  killBoth: { mark: 'H', on: 'process', durationMs: [500, 4_000], what: 'SIGKILL of Node and its JVM at once' },
  terminate: { mark: 'T', on: 'process', durationMs: [500, 4_000], what: 'SIGTERM of Node: a graceful stop' },
  stopNode: { mark: 'N', on: 'process', durationMs: [1_000, 7_000], what: 'SIGSTOP of Node, then SIGCONT' },
  killJvm: { mark: 'J', on: 'process', durationMs: [3_000, 3_000], what: 'SIGKILL of the JVM' },
  stopJvm: { mark: 'Z', on: 'process', durationMs: [1_000, 7_000], what: 'SIGSTOP of the JVM, then SIGCONT' },
  cut: { mark: 'c', on: 'connection', durationMs: [0, 0], what: 'one session’s connection cut' },
  cutInside: { mark: 'i', on: 'connection', durationMs: [0, 0], what: 'one connection cut inside its next chunk' },
  stall: { mark: 'w', on: 'connection', durationMs: [1_000, 5_000], what: 'no byte passes one connection' },
  throttled: { mark: 't', on: 'table', durationMs: [2_000, 6_000], what: 'lease tables throttled', all: 'maybe' },
  slowTable: { mark: 'd', on: 'table', durationMs: [2_000, 6_000], what: 'lease tables slow', all: 'maybe' },
  tableErrors: { mark: 'e', on: 'table', durationMs: [2_000, 6_000], what: 'lease tables answer 500', all: 'maybe' },
  answersLost: {
    mark: 'a',
    on: 'table',
    durationMs: [2_000, 5_000],
    what: 'answers of DynamoDB get lost',
    all: 'maybe',
  },
  tableDown: { mark: 'D', on: 'table', durationMs: [2_000, 8_000], what: 'no DynamoDB for anyone', all: 'only' },
  partition: { mark: 'P', on: 'table', durationMs: [3_000, 9_000], what: 'DynamoDB silent for one worker' },
  split: { mark: 's', on: 'stream', durationMs: [0, 0], what: 'a shard split', all: 'only' },
  merge: { mark: 'm', on: 'stream', durationMs: [0, 0], what: 'two shards merged', all: 'only' },
  slowHandler: { mark: 'h', on: 'handler', durationMs: [2_000, 6_000], what: 'slow handlers', all: 'maybe' },
  failingHandler: { mark: 'f', on: 'handler', durationMs: [1_000, 3_000], what: 'handlers that throw', all: 'maybe' },
  sinkDown: { mark: 'S', on: 'sink', durationMs: [1_000, 6_000], what: 'the sink down', all: 'only' },
  // Last: the decks of the other daemon stay as they were.
  killBridge: {
    mark: 'B',
    on: 'process',
    durationMs: [3_000, 3_000],
    what: 'SIGKILL of a bridge process',
    daemon: 'stock',
  },
} as const satisfies Readonly<Record<string, FaultSpec>>

/** The name of a kind of fault. */
export type FaultKind = keyof typeof faults

/** Every name, in the order of the table. */
export const faultKinds = Object.keys(faults) as readonly FaultKind[]

/** What is to be known of a kind. */
export const specOf = (kind: FaultKind): FaultSpec => faults[kind]

/** The kinds that can strike a daemon. */
export const kindsFor = (daemon: 'embedded' | 'stock'): readonly FaultKind[] =>
  faultKinds.filter(kind => [undefined, daemon].includes(specOf(kind).daemon))

/** One fault of a schedule. */
export interface Fault {
  /** From the beginning of the faults, in milliseconds. */
  readonly atMs: number
  readonly kind: FaultKind
  /** The worker that it strikes, from 0; null: all of them, or none in particular. */
  readonly worker: number | null
  readonly durationMs: number
}
