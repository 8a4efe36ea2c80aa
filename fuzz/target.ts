import type { Structure } from './mutate/structure.ts'

/** A part of tsmld under test, and what must hold of it whatever it is given. */
export interface Target {
  readonly name: string
  /** Its part of all inputs, beside the others' weights. */
  readonly weight: number
  /** Valid inputs to begin with. */
  readonly seeds: () => readonly Buffer[]
  readonly structure: Structure
  /** Gives it one input. @throws Finding, or whatever the code under test must not throw. */
  readonly run: (input: Buffer) => void | Promise<void>
}

/** A property that an input breaks. */
export class Finding extends Error {
  override readonly name = 'Finding'
}

/** Claims what must hold. @throws Finding */
export function claim(holds: boolean, what: string | (() => string)): asserts holds {
  if (!holds) throw new Finding(typeof what === 'string' ? what : what())
}
