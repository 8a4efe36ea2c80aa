import { parseArguments, UsageError, usage } from './cli/arguments.ts'
import { replay } from './cli/replay.ts'
import { runJava } from './cli/run-java.ts'
import { runTargets } from './cli/run-targets.ts'
import { catchRejections } from './engine/rejections.ts'

catchRejections()
try {
  const options = parseArguments(process.argv.slice(2))
  if (options.help) process.stdout.write(usage)
  else if (options.java) process.exitCode = (await runJava(options)) ? 0 : 1
  else if (options.replay !== null) await replay(options.replay, options.targets?.[0] ?? null)
  else {
    // Most inputs are refused by an error, whose stack nobody reads; a replay has it.
    Error.stackTraceLimit = 0
    if (!(await runTargets(options))) process.exitCode = 1
  }
} catch (error) {
  process.stderr.write(
    error instanceof UsageError ? `${error.message}\n\n${usage}` : `${(error as Error).stack ?? ''}\n`,
  )
  process.exitCode = 1
}
