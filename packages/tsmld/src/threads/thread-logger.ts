import type { Logger } from '../observability/logger.ts'
import { toPlainFields } from './plain-fields.ts'
import type { ThreadReport } from './thread-messages.ts'

/** A logger in a thread, whose lines go to the runtime's, in the main thread. */
export function threadLogger(post: (report: ThreadReport) => void): Logger {
  const at =
    (level: keyof Logger) =>
    (fields: Record<string, unknown>, message: string): void => {
      post({ kind: 'logged', level, fields: toPlainFields(fields), message })
    }
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') }
}
