/** Where tsmld's log goes: pino fits as it is, and so does anything with these methods. Fields never hold payloads or secrets. */
export interface Logger {
  debug(fields: Record<string, unknown>, message: string): void
  info(fields: Record<string, unknown>, message: string): void
  warn(fields: Record<string, unknown>, message: string): void
  error(fields: Record<string, unknown>, message: string): void
}
