import type { Logger } from '../observability/logger.ts'

// A line of our daemon's log, and of the stock daemons' (with the logging configuration that tsmld gives them):
//   2026-11-23T18:00:00.000Z WARN [thread] logger: message
// Indented lines continue the one before: stack traces. Any other is the JVM's own.
const linePattern = /^\S+ (TRACE|DEBUG|INFO|WARN|ERROR) +\[([^\]]*)\] ([^\s:]+): (.*)$/

type Level = 'debug' | 'info' | 'warn' | 'error'

const levels: Record<string, Level> = { TRACE: 'debug', DEBUG: 'debug', INFO: 'info', WARN: 'warn', ERROR: 'error' }

/** One line of the JVM's log, taken apart; null where it is of another form. */
export function parseLogLine(line: string): { level: Level; thread: string; logger: string; message: string } | null {
  const [, level, thread, logger, message] = linePattern.exec(line) ?? []
  if (level === undefined || thread === undefined || logger === undefined || message === undefined) return null
  return { level: levels[level] ?? 'info', thread, logger, message }
}

const keptLines = 20
const longestLine = 4096
/** How many lines of one entry are passed on. */
const longestEntry = 200
/** An entry is over when the next begins, or when its lines stop coming. */
const entryPauseMs = 100

interface Entry {
  readonly level: Level
  readonly source: string
  readonly lines: string[]
}

/** Passes the JVM's log on to the runtime's logger, an entry with its stack trace as one message, and keeps its last lines for errors. */
export class DaemonLog {
  readonly #logger: Logger
  readonly #last: string[] = []
  #entry: Entry | null = null
  #pause: NodeJS.Timeout | undefined

  constructor(logger: Logger) {
    this.#logger = logger
  }

  /** The last lines, oldest first. */
  get lastLines(): readonly string[] {
    return this.#last
  }

  write(text: string): void {
    const line = text.length > longestLine ? `${text.slice(0, longestLine)}…` : text
    if (line.trim() === '') return
    this.#last.push(line)
    if (this.#last.length > keptLines) this.#last.shift()
    const parsed = parseLogLine(line)
    if (parsed === null && this.#entry !== null && /^\s/.test(line)) {
      if (this.#entry.lines.length < longestEntry) this.#entry.lines.push(line)
    } else {
      this.end()
      const { level, logger: source, message } = parsed ?? { level: 'info', logger: 'jvm', message: line }
      this.#entry = { level, source, lines: [message] }
    }
    clearTimeout(this.#pause)
    this.#pause = setTimeout(() => {
      this.end()
    }, entryPauseMs)
  }

  /** Passes on what has come. */
  end(): void {
    clearTimeout(this.#pause)
    if (this.#entry === null) return
    const { level, source, lines } = this.#entry
    this.#entry = null
    this.#logger[level]({ source }, lines.join('\n'))
  }
}
