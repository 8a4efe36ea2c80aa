import type { Random } from '../engine/random.ts'

/** How a mutator understands a target's inputs. */
export interface Structure {
  /** Cuts an input into its units (frames, lines); together they are the input, whatever it is. */
  readonly split: (input: Buffer) => Buffer[]
  /** Changes one unit by what it knows of units, or gives null where it does not understand this one. */
  readonly changeUnit: (unit: Buffer, random: Random, index: number) => Buffer | null
  /** Makes what the changes broke agree again: lengths, sums, checksums. */
  readonly repair: (units: Buffer[]) => Buffer[]
  /** The greatest input, in bytes: above every limit that the target sets. */
  readonly greatestBytes: number
  /** What is worth putting anywhere. */
  readonly tokens: readonly Buffer[]
}

/** An input of no known structure. */
export const plainBytes: Structure = {
  split: input => [input],
  changeUnit: () => null,
  repair: units => units,
  greatestBytes: 10_240,
  tokens: [],
}
