import { shown } from '../config/checks.ts'
import { RecordProcessorError } from '../errors.ts'
import { isThenable } from './thenable.ts'

/** A function of the user's returned what it must not: to guess what was meant could lose records, so that the session fails. `must` is the rest of a sentence. */
export function misused(what: string, returned: unknown, must: string): RecordProcessorError {
  return new RecordProcessorError(`${what} returned ${shownResult(returned)}: it must return ${must}.`)
}

function shownResult(returned: unknown): string {
  if (isThenable(returned)) return 'a Promise'
  if (typeof returned !== 'object' || returned === null || Array.isArray(returned)) return shown(returned)
  const keys = Object.keys(returned).slice(0, 3)
  return keys.length === 0 ? 'an object' : `an object with ${keys.map(key => shown(key)).join(', ')}`
}
