import { shown } from '../config/checks.ts'
import { RecordProcessorError } from '../errors.ts'
import { isThenable } from './thenable.ts'

/** A function of the user's returned what it must not: to guess what was meant could lose records, so that the session fails. `must` is the rest of a sentence. */
export function misused(what: string, returned: unknown, must: string): RecordProcessorError {
  return new RecordProcessorError(`${misuse(what, returned, must)}.`)
}

/** The same as a sentence without its end. */
export function misuse(what: string, returned: unknown, must: string): string {
  // Nobody awaits it: should it reject, that must not end the process and its other shards.
  if (isThenable(returned)) returned.then(undefined, () => {})
  return `${what} returned ${shownResult(returned)}: it must return ${must}`
}

function shownResult(returned: unknown): string {
  if (isThenable(returned)) return 'a Promise'
  if (typeof returned !== 'object' || returned === null || Array.isArray(returned)) return shown(returned)
  const keys = Object.keys(returned).slice(0, 3)
  return keys.length === 0 ? 'an object' : `an object with ${keys.map(key => shown(key)).join(', ')}`
}
