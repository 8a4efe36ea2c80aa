import { setTimeout as delay } from 'node:timers/promises'

const patienceMs = 120_000

/** Tries again while Redis is away, unless that is in vain. @throws what the call throws in the end; the reason of the signal */
export async function patiently<T>(
  call: () => Promise<T>,
  signal: AbortSignal | undefined,
  isInVain = () => false,
): Promise<T> {
  for (const deadline = Date.now() + patienceMs; ; ) {
    try {
      return await call()
    } catch (error) {
      signal?.throwIfAborted()
      if (isInVain() || Date.now() > deadline) throw error
      await delay(200)
    }
  }
}
