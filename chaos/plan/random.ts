import { uniformInt } from 'pure-rand/distribution/uniformInt'
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus'

/** Chance that a seed repeats. */
export interface Random {
  /** A whole number, both bounds included. */
  int(least: number, greatest: number): number
  /** True in that many of 100 cases. */
  chance(percent: number): boolean
  pick<T>(from: readonly [T, ...T[]]): T
  shuffled<T>(items: readonly T[]): T[]
}

/** The same seed gives the same numbers, on every machine. */
export function randomOf(seed: number): Random {
  const generator = xoroshiro128plus(seed)
  const int = (least: number, greatest: number): number => uniformInt(generator, least, greatest)
  return {
    int,
    chance: percent => int(1, 100) <= percent,
    pick: from => from[int(0, from.length - 1)] ?? from[0],
    shuffled(items) {
      const rest = [...items]
      return items.map(() => rest.splice(int(0, rest.length - 1), 1)[0] as (typeof items)[number])
    },
  }
}
