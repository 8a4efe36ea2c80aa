/** Where tsmld's log goes: pino fits as it is, and so does anything with these methods. Fields never hold payloads or secrets. */
export interface Logger {
  debug(fields: Record<string, unknown>, message: string): void
  info(fields: Record<string, unknown>, message: string): void
  warn(fields: Record<string, unknown>, message: string): void
  error(fields: Record<string, unknown>, message: string): void
}

/** The same logger with `fields` in every line. */
export function withFields(logger: Logger, fields: Record<string, unknown>): Logger {
  return {
    debug: (more, message) => {
      logger.debug({ ...fields, ...more }, message)
    },
    info: (more, message) => {
      logger.info({ ...fields, ...more }, message)
    },
    warn: (more, message) => {
      logger.warn({ ...fields, ...more }, message)
    },
    error: (more, message) => {
      logger.error({ ...fields, ...more }, message)
    },
  }
}
