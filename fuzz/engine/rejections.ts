import type { Broken } from './failure.ts'

let rejected: Broken | null = null

/** From now on a rejection that nobody handles is a failure of the input that was given, and not the end of the process. */
export function catchRejections(): void {
  process.on('unhandledRejection', thrown => {
    rejected ??= { thrown }
  })
}

/** The rejection since the last look; null where there was none. */
export function takeRejection(): Broken | null {
  const taken = rejected
  rejected = null
  return taken
}
