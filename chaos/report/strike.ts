import type { Fault, FaultKind } from '../plan/fault.ts'

/** What came of trying a fault. */
export interface Result {
  /** Null: it struck; else why it found nothing to strike. */
  readonly foundNothing: string | null
  /** Whether it did something all the same, such as the kill of a process that held no lease. */
  readonly acted: boolean
}

/** A fault that was tried; its worker is the one that it came to. */
export interface Strike extends Result {
  readonly fault: Fault
  readonly fromUs: number
  readonly untilUs: number
}

/** A worker that was killed, and the shards that it held then. */
export interface Kill {
  readonly kind: FaultKind
  /** Its place. */
  readonly worker: number
  readonly atUs: number
  readonly pid: number
  readonly shards: readonly { readonly application: string; readonly shardId: string }[]
}

export const struck: Result = { foundNothing: null, acted: true }
export const nothing = (why: string): Result => ({ foundNothing: why, acted: false })
export const struckIf = (found: boolean, why: string): Result => (found ? struck : nothing(why))
