import { type Fault, type FaultKind, kindsFor, type Resource, specOf } from './fault.ts'
import { type Random, randomOf } from './random.ts'

/** How the records are handled; all of them write to the same sink. */
export type Handling = 'bare' | 'eachRecord' | 'eachBatch'

/** What is asked for; null leaves it to the seed. */
export interface PlanRequest {
  readonly seed: number
  /** How long faults strike. */
  readonly seconds: number
  readonly workers: number | null
  readonly shards: number | null
  readonly handling: Handling | null
  readonly daemon: 'embedded' | 'stock'
  readonly table: boolean | null
  /** Of these kinds only. */
  readonly only: readonly FaultKind[] | null
}

/** One run, wholly known before it begins. */
export interface Plan {
  readonly seed: number
  readonly seconds: number
  readonly workers: number
  readonly shards: number
  readonly handling: Handling
  readonly daemon: 'embedded' | 'stock'
  /** Whether a DynamoDB stream is processed beside the Kinesis stream. */
  readonly table: boolean
  /** Whether each worker runs its streams in one JVM. */
  readonly sharedDaemon: boolean
  /** The kinds that were asked for; null: all that can strike the daemon. */
  readonly only: readonly FaultKind[] | null
  readonly faults: readonly Fault[]
}

/** From this many shards on faults come at a slower pace. */
const manyShards = 17
const manyShardsPace = 6

/** How long a thing is left alone: a process needs longer than others until its records flow again. */
const restMs = (on: Resource): number => (on === 'process' ? 8_000 : 3_000)

/** Makes the plan of a seed: the same request gives the same plan. */
export function planOf(request: PlanRequest): Plan {
  const random = randomOf(request.seed)
  // Each is drawn whether it is given or not, so that an option changes nothing else.
  const drawn = {
    workers: random.pick([2, 3]),
    shards: random.int(2, 4),
    handling: random.pick<Handling>(['bare', 'eachRecord', 'eachBatch']),
    table: random.chance(25),
    sharedDaemon: random.chance(50),
  }
  const workers = request.workers ?? drawn.workers
  const shards = request.shards ?? drawn.shards
  const table = request.table ?? drawn.table
  return {
    seed: request.seed,
    seconds: request.seconds,
    workers,
    shards,
    handling: request.handling ?? drawn.handling,
    daemon: request.daemon,
    table,
    sharedDaemon: table && drawn.sharedDaemon && request.daemon === 'embedded',
    only: request.only,
    faults: scheduleOf(random, request, { workers, pace: shards < manyShards ? 1 : manyShardsPace }),
  }
}

/** Faults come in bursts, and now and then all is left to recover: what flows again can be struck again. */
const gapMs = (random: Random): number => (random.chance(20) ? random.int(8_000, 14_000) : random.int(800, 4_500))

function scheduleOf(
  random: Random,
  { seconds, only, daemon }: PlanRequest,
  { workers, pace }: { readonly workers: number; readonly pace: number },
): Fault[] {
  const schedule: Fault[] = []
  const busyUntil = new Map<string, number>()
  const endMs = seconds * 1_000
  const kinds = only ?? kindsFor(daemon)
  let cards: FaultKind[] = []
  for (let atMs = random.int(500, 2_000); atMs < endMs && kinds.length > 0; atMs += pace * gapMs(random)) {
    if (cards.length === 0) cards = random.shuffled(kinds)
    // The first kind whose victim is free; what could not be dealt now stays on top.
    for (const [place, kind] of cards.entries()) {
      const fault = strike(random, kind, { atMs, endMs, workers }, busyUntil)
      if (fault === null) continue
      schedule.push(fault)
      cards.splice(place, 1)
      break
    }
  }
  return schedule
}

function strike(
  random: Random,
  kind: FaultKind,
  { atMs, endMs, workers }: { readonly atMs: number; readonly endMs: number; readonly workers: number },
  busyUntil: Map<string, number>,
): Fault | null {
  const { on, durationMs: bounds, all } = specOf(kind)
  const durationMs = Math.min(random.int(...bounds), endMs - atMs)
  const isForAll = all === 'only' || (all === 'maybe' && random.chance(50))
  const everyone = Array.from({ length: workers }, (_, worker) => worker)
  const isFree = (worker: number): boolean => (busyUntil.get(keyOf(on, worker)) ?? 0) <= atMs
  const free = everyone.filter(isFree)
  const [first, ...others] = isForAll ? (free.length === workers ? free : []) : free
  if (first === undefined) return null
  const struck = isForAll ? [first, ...others] : [random.pick([first, ...others])]
  for (const worker of struck) busyUntil.set(keyOf(on, worker), atMs + durationMs + restMs(on))
  return { atMs, kind, worker: isForAll ? null : (struck[0] ?? null), durationMs }
}

const keyOf = (resource: Resource, worker: number): string => `${resource} ${worker}`
