import type { TestContext } from 'node:test'

/** Counts from now on how many bytes `Buffer.copy` copies, until the test's end. */
export function countCopiedBytes(t: TestContext): () => number {
  const copy = t.mock.method(Buffer.prototype as Buffer, 'copy')
  return () => copy.mock.calls.reduce((sum, call) => sum + (call.result ?? 0), 0)
}
