import { type Clock, systemClock } from '../session/clock.ts'

/** Waits for `promise` no longer than `ms`. @throws the signal's reason. */
export function within(
  promise: Promise<unknown>,
  ms: number,
  signal: AbortSignal,
  clock: Clock = systemClock,
): Promise<'settled' | 'late'> {
  return new Promise((resolve, reject) => {
    const abort = (): void => {
      done()
      reject(signal.reason as Error)
    }
    const timer = clock.setTimeout(() => {
      done()
      resolve('late')
    }, ms)
    const done = (): void => {
      clock.clearTimeout(timer)
      signal.removeEventListener('abort', abort)
    }
    signal.addEventListener('abort', abort)
    void promise.then(() => {
      done()
      resolve('settled')
    })
  })
}
