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
  /** From the start until they were shared evenly, none holding more than one above its share; null where that never was. */
  readonly evenMs: number | null
  /** How many each worker held when faults began, from many to few. */
  readonly heldAtFirst: readonly number[]
  /** The same at the end of the faults. */
  readonly heldAtLast: readonly number[]
}

/** Looks how the leases were spread over time. */
export function leaseSpread(
  history: readonly Holdings[],
  {
    startUs,
    faultsFromUs,
    faultsUntilUs,
    shards,
    workers,
  }: {
    readonly startUs: number
    readonly faultsFromUs: number
    readonly faultsUntilUs: number
    readonly shards: number
    readonly workers: number
  },
): LeaseSpread {
  const sinceStart = (found: Holdings | undefined): number | null =>
    found === undefined ? null : Math.round((found.atUs - startUs) / 1_000)
  const areAllHeld = ({ held, free }: Holdings): boolean => free === 0 && total(held) >= shards
  const isEven = (holdings: Holdings): boolean =>
    areAllHeld(holdings) &&
    holdings.held.size === workers &&
    Math.max(...holdings.held.values()) <= Math.ceil(shards / workers) + 1
  const at = (us: number): number[] => {
    const last = history.findLast(({ atUs }) => atUs <= us)
    return [...(last?.held.values() ?? [])].sort((a, b) => b - a)
  }
  return {
    allHeldMs: sinceStart(history.find(areAllHeld)),
    evenMs: sinceStart(history.find(isEven)),
    heldAtFirst: at(faultsFromUs),
    heldAtLast: at(faultsUntilUs),
  }
}

const total = (held: ReadonlyMap<string, number>): number => [...held.values()].reduce((sum, count) => sum + count, 0)
