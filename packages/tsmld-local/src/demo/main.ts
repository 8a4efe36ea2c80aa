import type { Logger } from 'tsmld'
import { parseArguments, usage } from './arguments.ts'
import { runDemo } from './run.ts'
import { createScreen } from './screen.ts'

// The SDK's word on Node 20 is not about this demo.
process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true'

const args = parseArguments(process.argv.slice(2))
switch (args.kind) {
  case 'help':
    process.stdout.write(usage)
    break
  case 'wrong':
    process.stderr.write(`${args.problem}\n\n${usage}`)
    process.exitCode = 2
    break
  case 'run': {
    const interrupt = new AbortController()
    let interruptedAt = 0
    process.on('SIGINT', () => {
      // Under npm a terminal's Ctrl-C comes twice at once: from the terminal, and from npm.
      if (!interrupt.signal.aborted) interruptedAt = performance.now()
      else if (performance.now() - interruptedAt > 1_000) process.exit(130)
      interrupt.abort()
    })
    const log = args.verbose ? showing() : keeping()
    const screen = createScreen(args.json ? process.stderr : process.stdout)
    const report = await runDemo({ ...args, screen, logger: log.logger, interrupted: interrupt.signal })
    if (!report.ok && report.interrupted !== true)
      process.stderr.write(
        log
          .last()
          .map(line => `${line}\n`)
          .join(''),
      )
    if (args.json) process.stdout.write(`${JSON.stringify(report)}\n`)
    if (report.interrupted === true) process.exitCode = 130
    else process.exitCode = report.ok ? 0 : 1
    break
  }
}

type Level = 'debug' | 'info' | 'warn' | 'error'

interface Log {
  readonly logger: Logger
  /** What a failure should be explained by. */
  last(): readonly string[]
}

function showing(): Log {
  return {
    logger: loggerOf(
      () => true,
      line => process.stderr.write(`${line}\n`),
    ),
    last: () => [],
  }
}

/** Keeps the last warnings and errors. */
function keeping(): Log {
  const lines: string[] = []
  return {
    logger: loggerOf(
      level => level === 'warn' || level === 'error',
      line => lines.splice(0, Math.max(0, lines.push(line) - 20)),
    ),
    last: () => lines,
  }
}

function loggerOf(wanted: (level: Level) => boolean, write: (line: string) => unknown): Logger {
  const log = (level: Level) => (fields: Record<string, unknown>, message: string) => {
    if (wanted(level)) write(`${level} ${message} ${JSON.stringify(fields)}`)
  }
  return { debug: log('debug'), info: log('info'), warn: log('warn'), error: log('error') }
}
