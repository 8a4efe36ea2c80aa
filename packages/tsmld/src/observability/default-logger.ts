import { TsmldError } from '../errors.ts'
import type { Logger } from './logger.ts'

const order = ['debug', 'info', 'warn', 'error'] as const

/** One line a message on stderr, from the level that `TSMLD_LOG` names: `debug`, `info` (which any other word means as well), `warn`, `error`, `off`. */
export function stderrLogger(least = process.env['TSMLD_LOG'] ?? 'info'): Logger {
  const named = order.indexOf(least as (typeof order)[number])
  const from = least === 'off' ? order.length : named === -1 ? order.indexOf('info') : named
  const line = (level: (typeof order)[number]) => (fields: Record<string, unknown>, message: string) => {
    if (order.indexOf(level) < from) return
    const { err, ...rest } = fields
    const pairs = Object.entries(rest).map(([name, value]) => ` ${name}=${shown(value)}`)
    process.stderr.write(
      `${new Date().toISOString()} ${level.toUpperCase().padEnd(5)} ${message}${pairs.join('')}\n${stackOf(level, err)}`,
    )
  }
  return { debug: line('debug'), info: line('info'), warn: line('warn'), error: line('error') }
}

/** Never throws: a field that JSON cannot hold, as DynamoDB's great numbers, must not fail the code that logs it. */
function shown(value: unknown): string {
  if (typeof value === 'string') return value
  try {
    return JSON.stringify(value, (_, part: unknown) => (typeof part === 'bigint' ? String(part) : part))
  } catch {
    return String(value)
  }
}

/** The stack of what the user's code threw or logs: our own says nothing that the message does not. */
function stackOf(level: string, err: unknown): string {
  if (level !== 'error') return ''
  let users = err
  while (TsmldError.is(users)) users = users.cause
  return users instanceof Error && users.stack !== undefined ? `${users.stack}\n` : ''
}
