import { asError } from '../errors.ts'
import type { Logger } from './logger.ts'

/**
 * A logger of the user's that may throw, or reject: much is logged from timers and promises' callbacks, where that would end the process, or amid a change of state that must be whole.
 * The first failure is said on stderr; what is logged then is lost.
 */
export function guardedLogger(logger: Logger): Logger {
  let isTold = false
  const failed = (thrown: unknown): void => {
    if (isTold) return
    isTold = true
    process.stderr.write(
      `tsmld: the option 'logger' failed, and what it was given is lost: ${asError(thrown).message}\n`,
    )
  }
  const at =
    (level: keyof Logger) =>
    (fields: Record<string, unknown>, message: string): void => {
      try {
        const { [level]: log }: Record<typeof level, (...line: Parameters<Logger['info']>) => unknown> = logger
        const returned = log.call(logger, fields, message)
        if (returned instanceof Promise) returned.catch(failed)
      } catch (error) {
        failed(error)
      }
    }
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') }
}
