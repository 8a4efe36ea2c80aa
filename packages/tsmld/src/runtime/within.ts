/** Waits for `promise` no longer than `ms`. @throws the signal's reason. */
export function within(promise: Promise<unknown>, ms: number, signal: AbortSignal): Promise<'settled' | 'late'> {
  return new Promise((resolve, reject) => {
    const abort = (): void => {
      done()
      reject(signal.reason as Error)
    }
    const timer = setTimeout(() => {
      done()
      resolve('late')
    }, ms)
    const done = (): void => {
      clearTimeout(timer)
      signal.removeEventListener('abort', abort)
    }
    signal.addEventListener('abort', abort)
    void promise.then(() => {
      done()
      resolve('settled')
    })
  })
}
