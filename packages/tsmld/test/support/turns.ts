import { turns } from '../../src/testing/turns.ts'

export { turns }

const { setTimeout: realTimeout } = globalThis
const realNow = Date.now

/** Waits until `condition` holds, in real time also where a virtual clock stands. @throws after 8 s, with `what`. */
export async function until(what: string, condition: () => boolean): Promise<void> {
  const end = realNow() + 8_000
  while (!condition()) {
    if (realNow() > end) throw new Error(`It never came to this: ${what}`)
    await new Promise(resolve => realTimeout(resolve, 2))
  }
}

/** Whether a promise has settled once everything that needs no time has happened. */
export async function isPending(promise: Promise<unknown>): Promise<boolean> {
  let pending = true
  const done = (): void => {
    pending = false
  }
  promise.then(done, done)
  await turns()
  return pending
}

/** What `promise` rejects with. @throws when it resolves. */
export async function rejection(promise: Promise<unknown>): Promise<Error> {
  try {
    await promise
  } catch (error) {
    if (error instanceof Error) return error
    throw new Error(`rejected with ${String(error)}, which is no Error`)
  }
  throw new Error('resolved, where a rejection was expected')
}
