import { inspect } from 'node:util'

/** Ends a program with code 1 and says why: all that is known of a mistake in the code, a sentence of what came from outside. */
export function endedBy(error: unknown): void {
  const isOfCode = [TypeError, RangeError, ReferenceError, SyntaxError].some(kind => error instanceof kind)
  process.stderr.write(`${isOfCode ? inspect(error) : sentenceOf(error)}\n`)
  process.exitCode = 1
}

/** An error for several addresses of a name has no text, but a code. */
function sentenceOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const { name, message, code } = error as Error & { readonly code?: string }
  const text = message === '' ? (code ?? '') : message
  return name === 'Error' ? text : `${name}: ${text}`
}
