/** Who held how many leases, from `atUs` on: owner → number. */
export interface Holdings {
  readonly atUs: number
  readonly held: ReadonlyMap<string, number>
  /** Leases that nobody held. */
  readonly free: number
}

/** How the leases of the Kinesis stream came to the workers. */
export interface LeaseSpread {
  /** From the start of the workers until each of the first shards was held by one of them; null where that never was. */
  readonly allHeldMs: number | null
  /** From the start until they were shared as evenly as the KCL shares them; null where that never was. */
  readonly evenMs: number | null
  /** How many each worker held when faults began, from many to few. */
  readonly heldAtFirst: readonly number[]
  /** The same at the end of the faults. */
  readonly heldAtLast: readonly number[]
}

/** How many there are at first. */
export interface Fleet {
  readonly shards: number
  readonly workers: number
}

/** Looks how the leases were spread over time. */
export function leaseSpread(
  history: readonly Holdings[],
  run: Fleet & { readonly startUs: number; readonly faultsFromUs: number; readonly faultsUntilUs: number },
): LeaseSpread {
  const sinceStart = (found: Holdings | undefined): number | null =>
    found === undefined ? null : Math.round((found.atUs - run.startUs) / 1_000)
  const at = (us: number): number[] => {
    const last = history.findLast(({ atUs }) => atUs <= us)
    return [...(last?.held.values() ?? [])].sort((a, b) => b - a)
  }
  const first = history.findIndex(holdings => areAllHeld(holdings, run.shards))
  // Later on merges make fewer shards, and splits more.
  const later = first === -1 ? [] : history.slice(first)
  return {
    allHeldMs: sinceStart(later[0]),
    evenMs: sinceStart(later.find(holdings => isEven(holdings, run.workers))),
    heldAtFirst: at(run.faultsFromUs),
    heldAtLast: at(run.faultsUntilUs),
  }
}

/** Whether each of the first shards is held. */
export const areAllHeld = ({ held, free }: Holdings, shards: number): boolean => free === 0 && total(held) >= shards

/** Whether every worker that can have a shard holds at least half of what would be its share. */
export const areShared = ({ held }: Holdings, { shards, workers }: Fleet): boolean =>
  held.size >= Math.min(shards, workers) && Math.min(...held.values()) >= Math.floor(shards / workers) / 2

/** Nobody holds more than may be, and as many workers hold some as can: with fewer shards than workers some must go without. */
function isEven({ held, free }: Holdings, workers: number): boolean {
  const shards = total(held)
  return (
    shards > 0 &&
    free === 0 &&
    held.size === Math.min(shards, workers) &&
    Math.max(...held.values()) <= mostInFairness(shards, workers)
  )
}

/**
 * A share, and what the KCL leaves above it: it balances once a worker is more than a tenth above or below the mean (`reBalanceThresholdPercentage`), and moves whole leases only,
 * none to a worker that would come above the mean by it (VarianceBasedLeaseAssignmentDecider).
 */
const mostInFairness = (shards: number, workers: number): number =>
  Math.ceil(shards / workers) + Math.max(1, Math.floor(shards / workers / 10))

const total = (held: ReadonlyMap<string, number>): number => [...held.values()].reduce((sum, count) => sum + count, 0)
