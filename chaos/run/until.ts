import { setTimeout as delay } from 'node:timers/promises'

/** Looks four times a second whether `condition` holds; false where it never did. @param timeoutMs milliseconds */
export async function until(condition: () => boolean, timeoutMs: number): Promise<boolean> {
  for (const deadline = Date.now() + timeoutMs; Date.now() < deadline; await delay(250)) if (condition()) return true
  return false
}
