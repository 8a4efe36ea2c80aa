import type { PlanRequest } from '../../chaos/plan/plan.ts'

/** What a run is asked for where only its seed and its time are given. */
export const request: PlanRequest = {
  seed: 7,
  seconds: 60,
  workers: null,
  shards: null,
  handling: null,
  daemon: 'embedded',
  table: null,
  only: null,
}
