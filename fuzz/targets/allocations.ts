import { claim } from '../target.ts'

const real = { alloc: Buffer.alloc, allocUnsafe: Buffer.allocUnsafe, allocUnsafeSlow: Buffer.allocUnsafeSlow }

/**
 * Runs `code`, which may allocate no buffer of more than `limit` bytes: what a peer announces is no reason to make room for it beyond what was declared.
 * @throws Finding
 */
export function withinMemory<T>(limit: number, code: () => T): T {
  let greatest = 0
  const watched = <A extends unknown[]>(allocate: (bytes: number, ...rest: A) => Buffer<ArrayBuffer>) => {
    return (bytes: number, ...rest: A): Buffer<ArrayBuffer> => {
      greatest = Math.max(greatest, bytes)
      return allocate.call(Buffer, bytes, ...rest)
    }
  }
  Buffer.alloc = watched(real.alloc)
  Buffer.allocUnsafe = watched(real.allocUnsafe)
  Buffer.allocUnsafeSlow = watched(real.allocUnsafeSlow)
  try {
    return code()
  } finally {
    Object.assign(Buffer, real)
    claim(greatest <= limit, () => `a buffer of ${greatest} bytes, where ${limit} are the limit`)
  }
}
