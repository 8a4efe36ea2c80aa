// npm run soak: whether anything grows that must not. See docs/reliability.md.
import { parseArguments, UsageError, usage } from './cli/arguments.ts'
import { describe } from './report/print.ts'
import { runSoak } from './run/run-soak.ts'

// Node 20 is what tsmld still supports; the SDK's word on it is not about a soak.
process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true'

try {
  const { minutes, json, help } = parseArguments(process.argv.slice(2))
  if (help) process.stdout.write(usage)
  else {
    const run = await runSoak(minutes, what => process.stderr.write(`${what}\n`))
    process.stdout.write(describe(run))
    if (json) process.stdout.write(`${JSON.stringify({ ...run.outcome, events: run.events })}\n`)
    process.exitCode = run.outcome.ok ? 0 : 1
  }
} catch (error) {
  const { message, stack } = error as Error
  process.stderr.write(`soak: ${error instanceof UsageError ? message : stack}\n`)
  process.exitCode = error instanceof UsageError ? 2 : 1
}
