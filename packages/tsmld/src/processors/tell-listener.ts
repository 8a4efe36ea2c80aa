import { asError } from '../errors.ts'
import type { Logger } from '../observability/logger.ts'
import { isThenable } from './thenable.ts'

/** Calls a listener of the user's, named after its option; what it throws, or rejects with, is logged and changes nothing. */
export function tellListener(option: string, logger: Logger, call: () => unknown): void {
  const failed = (error: unknown): void => {
    logger.error({ err: error }, `${option} threw: ${asError(error).message}`)
  }
  try {
    const told = call()
    if (isThenable(told)) told.then(undefined, failed)
  } catch (error) {
    failed(error)
  }
}
