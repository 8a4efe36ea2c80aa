import type { Logger } from '../observability/logger.ts'

/** One line of a log. */
export interface LogLine {
  readonly level: keyof Logger
  readonly fields: Readonly<Record<string, unknown>>
  readonly message: string
}

/** A logger that keeps what it is told. */
export class RecordingLogger implements Logger {
  readonly lines: LogLine[] = []
  readonly debug = this.#keep('debug')
  readonly info = this.#keep('info')
  readonly warn = this.#keep('warn')
  readonly error = this.#keep('error')

  /** The messages of a level. */
  messages(level: keyof Logger): string[] {
    return this.lines.filter(line => line.level === level).map(({ message }) => message)
  }

  /** Everything, fields included, as one text. */
  get text(): string {
    return this.lines.map(({ level, fields, message }) => `${level} ${message} ${JSON.stringify(fields)}`).join('\n')
  }

  #keep(level: keyof Logger) {
    return (fields: Record<string, unknown>, message: string): void => {
      this.lines.push({ level, fields, message })
    }
  }
}
